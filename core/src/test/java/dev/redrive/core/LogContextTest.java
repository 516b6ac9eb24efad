// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Context;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.transport.memory.MemoryStore;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What the logs of handlers can show of their message. */
class LogContextTest {
  private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
  private static final String TRACE = "00-" + TRACE_ID + "-b7ad6b7169203331-01";

  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final List<Map<String, String>> shown = new ArrayList<>();

  @AfterEach
  void close() {
    world.close();
    MDC.clear();
  }

  private void note() {
    Map<String, String> all = MDC.getCopyOfContextMap();
    shown.add(all == null ? Map.of() : new TreeMap<>(all));
  }

  @Test
  void a_handlers_logs_show_its_message_and_later_ones_show_what_they_did() {
    Map<String, String> outer =
        Map.of(
            "redrive.queue", "outer",
            "redrive.message_id", "outer",
            "redrive.request_id", "outer",
            "user", "me");
    outer.forEach(MDC::put);
    queue.handle(message -> note());

    world.get(queue.send(message("a").header("x-request-id", "r-1").header("traceparent", TRACE)));
    world.get(queue.send(message("b")));

    assertThat(shown)
        .containsExactly(
            Map.of(
                "redrive.queue",
                "orders",
                "redrive.message_id",
                "a",
                "redrive.attempt",
                "1",
                "redrive.request_id",
                "r-1",
                "redrive.trace_id",
                TRACE_ID,
                "user",
                "me"),
            Map.of(
                "redrive.queue",
                "orders",
                "redrive.message_id",
                "b",
                "redrive.attempt",
                "1",
                "user",
                "me"));
    assertThat(MDC.getCopyOfContextMap()).isEqualTo(outer);
  }

  @Test
  void a_handler_that_throws_leaves_nothing_behind() {
    queue.handle(
        message -> {
          throw new IllegalArgumentException("planned");
        });

    world.send(queue, "a");
    note();

    assertThat(shown).containsExactly(Map.of());
  }

  @Test
  void an_async_handler_and_tasks_that_take_its_context_along_show_it_too() {
    List<Runnable> tasks = new ArrayList<>();
    queue.handleAsync(
        message -> {
          note();
          tasks.add(Context.current().orElseThrow().wrap(this::note));
          return CompletableFuture.completedFuture(null);
        });
    world.send(queue, "a");

    tasks.get(0).run();

    assertThat(shown).hasSize(2).allMatch(each -> "a".equals(each.get("redrive.message_id")));
    assertThat(MDC.get("redrive.message_id")).isNull();
  }

  @Test
  void nothing_is_shown_where_that_is_switched_off() {
    try (Redrive quiet =
        Engine.builder()
            .environment(world.time().environment(1))
            .transport(
                given ->
                    new MemoryTransport(given, MemoryTransportConfig.defaults(), new MemoryStore()))
            .mdc(false)
            .open()) {
      Queue<String> silent = quiet.queue(QueueOptions.builder("q", Codec.text()).build());
      silent.handle(message -> note());
      world.get(silent.send("a"));
      quiet.close(java.time.Duration.ZERO);
    }

    assertThat(shown).containsExactly(Map.of());
  }
}
