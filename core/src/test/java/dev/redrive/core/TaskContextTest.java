// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.Context;
import dev.redrive.Origin;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.SendRefusedException;
import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.TraceContext;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What a task knows of the request that whoever submitted it was working for. */
class TaskContextTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  // Surroundings within surroundings: more than a thread's stack has room for.
  private static final int DEEP = 50_000;

  private final World world = new World();
  private final VirtualTime time = world.time();
  private final Queue<String> queue = world.queue();
  private final TaskQueue tasks = open(TaskQueueScene.options());
  private final List<Context> seen = new ArrayList<>();
  private final List<Map<String, String>> shown = new ArrayList<>();
  private final List<CompletableFuture<?>> submitted = new ArrayList<>();

  @AfterEach
  void close() {
    tasks.close(Duration.ZERO);
    world.close();
    MDC.clear();
  }

  private TaskQueue open(TaskQueueOptions.Builder options) {
    return Engine.taskQueue(options.build(), time.environment(1), time);
  }

  private Instant in(long millis) {
    return time.instant().plusMillis(millis);
  }

  private void submit(Callable<?> work) {
    submitted.add(tasks.submit(work));
  }

  private boolean note() {
    Context.current().ifPresent(seen::add);
    Map<String, String> all = MDC.getCopyOfContextMap();
    shown.add(all == null ? Map.of() : new HashMap<>(all));
    return true;
  }

  private static Origin request(String id) {
    return Origin.NONE.withRequestId(id).withTrace(TraceContext.parse(TRACE, ""));
  }

  private static <T> T within(Origin origin, Supplier<T> work) {
    AtomicReference<T> result = new AtomicReference<>();
    origin.wrap(() -> result.set(work.get())).run();
    return Objects.requireNonNull(result.get());
  }

  @Test
  void a_task_that_a_handler_submits_belongs_to_its_messages_request() {
    queue.handle(message -> submit(this::note));
    world.get(
        queue.send(
            Outgoing.of("x")
                .id("a")
                .deadline(in(60_000))
                .header("x-request-id", "r-1")
                .header("traceparent", TRACE)
                .header("baggage", "tenant=acme")));
    time.runUntilIdle();

    Context context = seen.get(0);
    assertThat(context.queue()).isEqualTo("tasks");
    assertThat(context.messageId()).isEqualTo("tasks-1");
    assertThat(context.attempt()).isEqualTo(1);
    assertThat(context.requestId()).contains("r-1");
    assertThat(context.trace()).isEqualTo(TraceContext.parse(TRACE, ""));
    assertThat(context.baggage()).isPresent();
    assertThat(context.remaining()).contains(Duration.ofMinutes(1));
    assertThat(shown)
        .containsExactly(
            Map.of(
                "redrive.queue", "tasks",
                "redrive.message_id", "tasks-1",
                "redrive.attempt", "1",
                "redrive.request_id", "r-1",
                "redrive.trace_id", "0af7651916cd43dd8448eb211c80319c"));
    assertThat(MDC.get("redrive.queue")).isNull();
  }

  @Test
  void each_attempt_has_its_number_and_what_is_left() {
    CompletableFuture<Boolean> done =
        within(
            request("r-1").withDeadline(in(60_000)),
            () ->
                tasks.submit(
                    () -> {
                      note();
                      if (seen.size() < 3) {
                        throw new IOException("planned");
                      }
                      return true;
                    }));
    List<Duration> left = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      time.runUntilIdle();
      left.add(seen.get(i).remaining().orElseThrow());
      time.advance(Duration.ofSeconds(i == 0 ? 0 : 5).plusMillis(1));
    }

    assertThat(done).isCompleted();
    assertThat(seen).extracting(Context::attempt).containsExactly(1, 2, 3);
    assertThat(seen).extracting(Context::messageId).containsOnly("tasks-1");
    assertThat(left).isSortedAccordingTo((one, two) -> two.compareTo(one));
  }

  @Test
  void what_a_task_sends_or_submits_goes_on_with_the_request() {
    List<Optional<String>> requests = new ArrayList<>();
    Queue<String> other =
        world.redrive().queue(QueueOptions.builder("others", Codec.text()).build());
    other.handle(message -> requests.add(Context.current().flatMap(Context::requestId)));
    request("r-1")
        .wrap(
            () ->
                submit(
                    () -> {
                      submit(this::note);
                      return world.get(other.send("x"));
                    }))
        .run();
    time.runUntilIdle();

    assertThat(requests).containsExactly(Optional.of("r-1"));
    assertThat(seen.get(0).requestId()).contains("r-1");
    assertThat(seen.get(0).messageId()).isEqualTo("tasks-2");
  }

  @Test
  void a_task_of_no_request_has_no_context() {
    submit(this::note);
    time.runUntilIdle();

    assertThat(seen).isEmpty();
    assertThat(shown).containsExactly(Map.of());
  }

  private boolean again() {
    note();
    if (seen.size() < DEEP) {
      submit(this::again);
    }
    return true;
  }

  @Test
  void a_task_that_submits_the_next_one_for_ever_piles_nothing_up() {
    queue.handle(message -> submit(this::again));
    world.get(queue.send(Outgoing.of("x").header("x-request-id", "r-1")));
    time.runUntilIdle();

    assertThat(seen).hasSize(DEEP);
  }

  @Test
  void a_task_that_could_not_begin_before_the_deadline_is_refused() {
    Origin late = request("r-1").withDeadline(in(1_000));

    assertThatThrownBy(
            () ->
                late.wrap(() -> submitted.add(tasks.submit(this::note, Duration.ofSeconds(1))))
                    .run())
        .isInstanceOf(SendRefusedException.class)
        .hasMessageContaining("withoutDeadline()");
    assertThatThrownBy(() -> late.withDeadline(in(0)).wrap(() -> submit(this::note)).run())
        .isInstanceOf(SendRefusedException.class);
    assertThat(tasks.size()).isZero();
    assertThat(within(late, () -> tasks.submit(this::note, Duration.ofMillis(999)))).isNotDone();
    late.withoutDeadline()
        .wrap(() -> submitted.add(tasks.submit(this::note, Duration.ofHours(1))))
        .run();
    time.advance(Duration.ofHours(1));

    assertThat(seen).hasSize(2);
  }

  @Test
  void a_retry_that_nobody_would_wait_for_is_not_made() {
    CompletableFuture<Boolean> done =
        within(
            request("r-1").withDeadline(in(5_001)),
            () ->
                tasks.submit(
                    () -> {
                      note();
                      throw new IOException("planned " + seen.size());
                    }));
    time.advance(Duration.ofMillis(1));

    assertThat(seen).hasSize(2);
    assertThat(done).isCompletedExceptionally();
    assertThatThrownBy(done::join).hasRootCauseMessage("planned 2");
    assertThat(tasks.size()).isZero();
  }

  @Test
  void a_task_whose_deadline_passes_before_its_turn_does_not_run() {
    TaskQueue single = open(TaskQueueOptions.builder("single").concurrency(1));
    submitted.add(single.submit(Executors.callable(() -> time.shift(Duration.ofSeconds(2)))));
    CompletableFuture<Boolean> done =
        within(request("r-1").withDeadline(in(1_000)), () -> single.submit(this::note));
    time.runUntilIdle();

    assertThat(seen).isEmpty();
    assertThat(done).isCompletedExceptionally();
    assertThatThrownBy(done::join)
        .hasCauseInstanceOf(TimeoutException.class)
        .hasMessageContaining("the deadline")
        .hasMessageContaining("passed");
    assertThat(single.size()).isZero();
  }

  @Test
  void what_a_thread_showed_before_it_shows_afterwards() {
    MDC.put("redrive.message_id", "outer");
    MDC.put("user", "me");
    request("r-1").wrap(() -> submit(this::note)).run();
    time.runUntilIdle();

    assertThat(shown.get(0)).containsEntry("redrive.message_id", "tasks-1");
    assertThat(MDC.getCopyOfContextMap())
        .isEqualTo(Map.of("redrive.message_id", "outer", "user", "me"));
    assertThat(Context.current()).isEmpty();
  }
}
