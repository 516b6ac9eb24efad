// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.Context;
import dev.redrive.Message;
import dev.redrive.Origin;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.SendRefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a message takes over from the one in whose handler it is sent. */
class HeritageTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String OTHER = "00-11111111111111111111111111111111-2222222222222222-00";

  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final Queue<String> next =
      world.redrive().queue(QueueOptions.builder("next", Codec.text()).build());
  private final Map<String, Message<String>> messages = new LinkedHashMap<>();
  private final Map<String, Context> contexts = new LinkedHashMap<>();

  @AfterEach
  void close() {
    world.close();
  }

  private void receive() {
    next.handle(
        message -> {
          messages.put(message.id(), message);
          contexts.put(message.id(), Context.current().orElseThrow());
        });
    world.run();
  }

  private Message<String> received(String id) {
    return Objects.requireNonNull(messages.get(id), id);
  }

  private Context around(String id) {
    return Objects.requireNonNull(contexts.get(id), id);
  }

  private static Outgoing<String> traced() {
    return message("first")
        .header("X-Request-ID", "r-17")
        .header("Traceparent", TRACE)
        .header("tracestate", "vendor=1")
        .header("baggage", "tenant=acme");
  }

  private void sendInHandler(Outgoing<String> first, Outgoing<String> second) {
    queue.handle(message -> next.send(second));
    world.get(queue.send(first));
  }

  @Test
  void request_trace_and_baggage_are_inherited() {
    sendInHandler(traced(), message("second"));

    receive();

    Context context = around("second");
    assertThat(context.requestId()).contains("r-17");
    assertThat(context.trace().orElseThrow().parent()).isEqualTo(TRACE);
    assertThat(context.trace().orElseThrow().state()).isEqualTo("vendor=1");
    assertThat(context.baggage().orElseThrow().get("tenant")).contains("acme");
    assertThat(received("second").headers())
        .containsOnly(
            Map.entry("traceparent", TRACE),
            Map.entry("tracestate", "vendor=1"),
            Map.entry("baggage", "tenant=acme"));
  }

  @Test
  void they_are_inherited_over_generations() {
    sendInHandler(traced(), message("second"));
    next.handle(
        message -> {
          contexts.put(message.id(), Context.current().orElseThrow());
          if (message.id().equals("second")) {
            next.send(message("third"));
          }
        });

    world.run();

    assertThat(around("third").requestId()).contains("r-17");
    assertThat(around("third").trace().orElseThrow().parent()).isEqualTo(TRACE);
  }

  @Test
  void what_the_sender_gives_is_left_as_it_is() {
    sendInHandler(
        traced(),
        message("second")
            .header("x-request-id", "own")
            .header("TraceParent", OTHER)
            .header("baggage", "a=1"));

    receive();

    assertThat(received("second").headers())
        .containsOnly(
            Map.entry("x-request-id", "own"),
            Map.entry("TraceParent", OTHER),
            Map.entry("baggage", "a=1"));
    assertThat(around("second").requestId()).contains("own");
    assertThat(around("second").trace().orElseThrow().parent()).isEqualTo(OTHER);
  }

  @Test
  void a_malformed_header_of_the_sender_is_left_as_it_is_too() {
    sendInHandler(traced(), message("second").header("traceparent", "00-nonsense"));

    receive();

    assertThat(received("second").headers()).containsEntry("traceparent", "00-nonsense");
    assertThat(received("second").headers()).doesNotContainKey("tracestate");
    assertThat(around("second").trace()).isEmpty();
  }

  @Test
  void the_deadline_is_inherited() {
    Instant end = world.now().plusSeconds(20);
    sendInHandler(traced().deadline(end), message("second"));

    receive();

    assertThat(received("second").deadline()).contains(end);
  }

  @Test
  void the_earlier_deadline_holds() {
    Instant end = world.now().plusSeconds(20);
    queue.handle(
        message -> {
          next.send(message("earlier").deadline(end.minusSeconds(1)));
          next.send(message("later").deadline(end.plusSeconds(1)));
        });
    world.get(queue.send(traced().deadline(end)));

    receive();

    assertThat(received("earlier").deadline()).contains(end.minusSeconds(1));
    assertThat(received("later").deadline()).contains(end);
  }

  @Test
  void a_message_that_says_so_outlives_the_request() {
    Instant end = world.now().plusSeconds(20);
    queue.handle(
        message -> {
          next.send(message("none").withoutDeadline());
          next.send(message("own").withoutDeadline().deadline(end.plusSeconds(1)));
        });
    world.get(queue.send(traced().deadline(end)));

    receive();

    assertThat(received("none").deadline()).isEmpty();
    assertThat(received("own").deadline()).contains(end.plusSeconds(1));
    assertThat(around("none").requestId()).contains("r-17");
  }

  @Test
  void what_would_be_due_after_the_inherited_deadline_is_refused_with_advice() {
    List<CompletableFuture<?>> sends = new ArrayList<>();
    Instant end = world.now().plusSeconds(20);
    queue.handle(
        message -> {
          sends.add(next.send(message("late").at(end)).toCompletableFuture());
          sends.add(next.send(message("in time").at(end.minusMillis(1))).toCompletableFuture());
          world.time().shift(Duration.ofSeconds(20));
          sends.add(next.send(message("over")).toCompletableFuture());
        });
    world.get(queue.send(traced().deadline(end)));

    for (int refused : new int[] {0, 2}) {
      assertThatThrownBy(sends.get(refused)::join)
          .cause()
          .isInstanceOfSatisfying(
              SendRefusedException.class,
              each -> assertThat(each.reason()).isEqualTo(SendRefusedException.Cause.INVALID))
          .hasMessageContaining("withoutDeadline()");
    }
    assertThat(sends.get(1)).isCompleted();
  }

  @Test
  void an_origin_that_a_caller_puts_around_a_send_is_inherited() {
    Instant end = world.now().plusSeconds(20);
    Origin origin =
        Origin.of(Map.of("X-Request-Id", "r-1", "traceparent", TRACE)).withDeadline(end);

    origin.wrap(() -> next.send(message("second"))).run();
    next.send(message("after"));
    receive();

    assertThat(around("second").origin()).isEqualTo(origin);
    assertThat(around("after").origin()).isEqualTo(Origin.NONE);
  }

  @Test
  void the_part_of_a_millisecond_of_an_inherited_deadline_counts_as_a_whole_one() {
    Instant end = world.now().plusSeconds(20);

    Origin.NONE.withDeadline(end.plusNanos(1)).wrap(() -> next.send(message("second"))).run();
    receive();

    assertThat(around("second").deadline()).contains(end.plusMillis(1));
  }

  @Test
  void an_origin_within_a_handler_stands_in_for_the_messages_own() {
    queue.handle(
        message -> {
          Origin.NONE.withRequestId("r-2").wrap(() -> next.send(message("second"))).run();
          assertThat(Context.current().orElseThrow().messageId()).isEqualTo("first");
        });
    world.get(queue.send(traced()));

    receive();

    assertThat(around("second").origin()).isEqualTo(Origin.NONE.withRequestId("r-2"));
  }

  @Test
  void what_another_program_wrote_wrongly_is_as_good_as_none() {
    world.get(
        queue.send(
            message("a")
                .header("x-request-id", " ")
                .header("traceparent", TRACE.replace("-01", "-zz"))
                .header("baggage", "=")));
    List<Optional<Origin>> origins = new ArrayList<>();
    queue.handle(message -> origins.add(Context.current().map(Context::origin)));

    world.run();

    assertThat(origins).containsExactly(Optional.of(Origin.NONE));
  }
}
