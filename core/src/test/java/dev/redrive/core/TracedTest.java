// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Context;
import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.Origin;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.TraceContext;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.trace.AttemptSpan;
import dev.redrive.trace.SendSpan;
import dev.redrive.trace.Tracer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tracer is told of messages, and what its spans are put around. */
class TracedTest {
  private static final String GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final List<String> notes = new ArrayList<>();
  private final World world = new World(new NotingTracer());
  private final Queue<String> queue = world.queue();

  @AfterEach
  void close() {
    world.close();
  }

  /** Notes what it is told; its n-th span has the id n. */
  private final class NotingTracer implements Tracer {
    private int spans;

    private TraceContext next(Optional<TraceContext> parent) {
      String traceId = parent.map(TraceContext::traceId).orElse("f".repeat(32));
      return new TraceContext(traceId, "%016x".formatted(++spans), 1, "");
    }

    @Override
    public SendSpan send(String queue, String id, int bytes, Origin origin, boolean isTraceGiven) {
      TraceContext span = next(origin.trace());
      String given = isTraceGiven ? " given" : "";
      notes.add("send %s %s %d%s: %d".formatted(queue, id, bytes, given, spans));
      return new SendSpan() {
        @Override
        public Origin origin() {
          return new Origin(
              origin.requestId(), origin.deadline(), Optional.of(span), origin.baggage());
        }

        @Override
        public void end(Optional<Throwable> failure) {
          notes.add("sent " + id + failure.map(each -> " " + each.getMessage()).orElse(""));
        }
      };
    }

    @Override
    public AttemptSpan attempt(
        Message<?> message, Origin origin, Optional<TraceContext> firstAttempt) {
      TraceContext span = next(origin.trace());
      String name = message.id() + " " + message.attempt();
      notes.add(
          "attempt %s of %s%s: %d"
              .formatted(name, span(origin.trace()), firstAttempt(firstAttempt), spans));
      return new AttemptSpan() {
        @Override
        public Optional<TraceContext> trace() {
          return Optional.of(span);
        }

        @Override
        public Entered enter() {
          notes.add("enter " + name);
          return () -> notes.add("leave " + name);
        }

        @Override
        public void fail(Throwable cause) {
          notes.add("fail " + cause.getMessage());
        }

        @Override
        public void end(Event outcome) {
          notes.add("end " + name + " " + outcome.getClass().getSimpleName());
        }
      };
    }

    private String firstAttempt(Optional<TraceContext> first) {
      return first.isEmpty() ? "" : ", first " + span(first);
    }

    private String span(Optional<TraceContext> trace) {
      return trace.map(each -> each.spanId().replaceFirst("^0+", "")).orElse("nothing");
    }
  }

  @Test
  void a_message_that_is_processed_has_two_spans() {
    queue.handle(message -> notes.add("handle"));

    world.send(queue, "a");

    assertThat(notes)
        .containsExactly(
            "send orders a 12: 1",
            "sent a",
            "attempt a 1 of 1: 2",
            "enter a 1",
            "handle",
            "end a 1 Succeeded",
            "leave a 1");
  }

  @Test
  void later_attempts_know_the_first_one() {
    world.send(queue, "a");
    queue.handle(
        message -> {
          throw new IOException("planned");
        });

    world.advance(Duration.ofSeconds(3));

    assertThat(notes.stream().filter(note -> !note.matches("(enter|leave|sen).*")))
        .containsExactly(
            "attempt a 1 of 1: 2",
            "fail planned",
            "end a 1 Retried",
            "attempt a 2 of 1, first 2: 3",
            "fail planned",
            "end a 2 Retried",
            "attempt a 3 of 1, first 2: 4",
            "fail planned",
            "end a 3 Died");
  }

  @Test
  void a_leased_message_has_a_span_until_it_is_settled() {
    world.send(queue, "a");

    world.get(queue.lease(1, Duration.ofSeconds(1), Duration.ofMinutes(1))).get(0).ack();
    world.run();

    assertThat(notes)
        .containsExactly(
            "send orders a 12: 1", "sent a", "attempt a 1 of 1: 2", "end a 1 Succeeded");
  }

  @Test
  void what_cannot_be_stored_or_is_refused_is_told_or_not_begun() {
    world.transport().publishing(Trouble.FAILS);
    queue.send(message("a"));
    queue.send(message("b").id(""));
    world.run();

    assertThat(notes).first().isEqualTo("send orders a 12: 1");
    assertThat(notes).hasSize(2).last().asString().startsWith("sent a ").hasSizeGreaterThan(7);
  }

  @Test
  void a_trace_that_the_sender_gave_goes_along_unchanged() {
    world.get(queue.send(message("a").header("traceparent", GIVEN)));
    List<Map<String, String>> headers = new ArrayList<>();

    queue.handle(message -> headers.add(message.headers()));
    world.run();

    assertThat(headers).containsExactly(Map.of("traceparent", GIVEN));
    assertThat(notes).contains("send orders a 12 given: 1", "attempt a 1 of b7ad6b7169203331: 2");
  }

  @Test
  void a_task_that_takes_the_context_along_is_in_the_span_too() {
    List<Context> contexts = new ArrayList<>();
    queue.handle(message -> contexts.add(Context.current().orElseThrow()));
    world.send(queue, "a");
    notes.clear();

    contexts.get(0).wrap(() -> notes.add("elsewhere")).run();

    assertThat(notes).containsExactly("enter a 1", "elsewhere", "leave a 1");
    assertThat(contexts.get(0).trace().map(TraceContext::spanId)).contains("%016x".formatted(1));
  }

  @Test
  void a_message_that_is_turned_away_has_no_attempt() {
    world.get(queue.send(message("a").deadline(world.now().plusSeconds(1))));
    world.advance(Duration.ofSeconds(1));
    notes.clear();

    queue.handle(message -> {});
    world.run();

    assertThat(world.journal().lines()).last().isEqualTo("Died a 0 expired");
    assertThat(notes).isEmpty();
  }

  @Test
  void a_tracer_that_throws_costs_nothing() {
    List<String> seen = new ArrayList<>();
    for (Tracer broken : List.of(new BrokenTracer(true), new BrokenTracer(false))) {
      try (World brittle = new World(broken)) {
        Queue<String> traced =
            brittle.redrive().queue(QueueOptions.builder("q", Codec.text()).build());
        traced.handle(
            message -> {
              seen.add(message.id() + " " + message.attempt());
              if (message.attempt() == 1) {
                throw new IOException("planned");
              }
            });
        brittle.get(traced.send(Outgoing.of("x").id("a")));
        brittle.advance(Duration.ofMinutes(1));

        assertThat(brittle.stats(traced).succeeded()).isEqualTo(1);
      }
    }
    assertThat(seen).containsExactly("a 1", "a 2", "a 1", "a 2");
  }

  /** Throws at once, or gives spans that throw. */
  private record BrokenTracer(boolean isAtOnce) implements Tracer, SendSpan, AttemptSpan {
    @Override
    public SendSpan send(String queue, String id, int bytes, Origin origin, boolean isTraceGiven) {
      if (isAtOnce) {
        throw broken();
      }
      return this;
    }

    @Override
    public AttemptSpan attempt(
        Message<?> message, Origin origin, Optional<TraceContext> firstAttempt) {
      if (isAtOnce) {
        throw broken();
      }
      return this;
    }

    private static AssertionError broken() {
      return new AssertionError("planned");
    }

    @Override
    public Origin origin() {
      throw broken();
    }

    @Override
    public Optional<TraceContext> trace() {
      throw broken();
    }

    @Override
    public Entered enter() {
      return () -> {
        throw broken();
      };
    }

    @Override
    public void fail(Throwable cause) {
      throw broken();
    }

    @Override
    public void end(Event outcome) {
      throw broken();
    }

    @Override
    public void end(Optional<Throwable> failure) {
      throw broken();
    }
  }
}
