// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.redrive.Codec;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Worker;
import dev.redrive.WorkerPool;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Queues that share the attempts of a pool. A message takes a second. */
class PoolTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final WorkerPool POOL = new WorkerPool("shared", 8);

  private final World world = new World();
  private final Map<String, Integer> begun = new HashMap<>();
  private int running;
  private int runningMost;

  @AfterEach
  void close() {
    world.close();
  }

  private static QueueOptions.Builder<String> options(String name) {
    return QueueOptions.builder(name, Codec.text()).concurrency(8);
  }

  private Queue<String> queue(String name, int weight) {
    return world.redrive().queue(options(name).pool(POOL, weight).build());
  }

  private Worker work(Queue<String> queue) {
    return queue.handleAsync(
        message -> {
          begun.merge(queue.name(), 1, Integer::sum);
          running++;
          runningMost = Math.max(runningMost, running);
          CompletableFuture<Void> end = new CompletableFuture<>();
          world.time().after(SECOND, () -> over(end));
          return end;
        });
  }

  private void over(CompletableFuture<Void> end) {
    running--;
    end.complete(null);
  }

  private void fill(Queue<String> queue, int count) {
    List<Outgoing<String>> messages =
        IntStream.range(0, count).mapToObj(i -> Outgoing.of("m" + i)).toList();
    world.get(queue.sendAll(messages));
  }

  private int begun(String queue) {
    return begun.getOrDefault(queue, 0);
  }

  @Test
  void together_they_run_no_more_than_the_pool_has() {
    for (String name : List.of("a", "b", "c")) {
      Queue<String> queue = queue(name, 1);
      fill(queue, 50);
      work(queue);
    }
    world.advance(Duration.ofSeconds(30));

    assertThat(runningMost).isEqualTo(8);
    assertThat(begun("a") + begun("b") + begun("c")).isEqualTo(150);
    assertThat(running).isZero();
  }

  @Test
  void while_they_want_more_than_there_are_each_gets_its_part() {
    Queue<String> gold = queue("gold", 3);
    Queue<String> plain = queue("plain", 1);
    fill(plain, 1_000);
    fill(gold, 1_000);
    work(plain);
    world.advance(Duration.ofSeconds(5));
    work(gold);
    int before = begun("plain");
    world.advance(Duration.ofSeconds(100));

    assertThat((begun("plain") - before) * 3.0).isCloseTo(begun("gold"), within(24.0));
    assertThat(begun("gold") + begun("plain") - before).isBetween(792, 816);
  }

  @Test
  void what_one_does_not_use_is_the_others() {
    Queue<String> gold = queue("gold", 1_000);
    Queue<String> plain = queue("plain", 1);
    work(gold);
    work(plain);
    fill(plain, 800);
    world.advance(Duration.ofSeconds(50));

    assertThat(begun("plain")).isBetween(392, 408);
  }

  @Test
  void who_was_idle_has_saved_nothing_up() {
    Queue<String> first = queue("first", 1);
    Queue<String> second = queue("second", 1);
    work(first);
    work(second);
    fill(first, 2_000);
    world.advance(Duration.ofSeconds(100));
    int before = begun("first");
    fill(second, 1_000);
    world.advance(Duration.ofSeconds(50));

    assertThat(begun("first") - before).isCloseTo(begun("second"), within(16));
  }

  @Test
  void no_queue_runs_more_than_its_own_concurrency() {
    Queue<String> narrow =
        world.redrive().queue(options("narrow").concurrency(2).pool(POOL, 9).build());
    Queue<String> wide = queue("wide", 1);
    work(narrow);
    work(wide);
    fill(narrow, 100);
    fill(wide, 1_000);
    world.advance(Duration.ofSeconds(20));

    assertThat(begun("narrow")).isBetween(38, 42);
    assertThat(begun("narrow") + begun("wide")).isBetween(160, 168);
  }

  @Test
  void a_pool_changes_its_size_while_it_is_used() {
    Queue<String> queue = queue("a", 1);
    work(queue);
    fill(queue, 1_000);
    world.advance(Duration.ofSeconds(10));
    runningMost = 0;
    world.redrive().queue(options("a").pool(new WorkerPool("shared", 3), 1).build());
    world.advance(Duration.ofSeconds(2));
    runningMost = 0;
    world.advance(Duration.ofSeconds(10));
    assertThat(runningMost).isEqualTo(3);

    world.redrive().queue(options("a").pool(new WorkerPool("shared", 6), 1).build());
    world.advance(Duration.ofSeconds(10));
    assertThat(runningMost).isEqualTo(6);
  }

  @Test
  void the_size_that_was_declared_last_counts_whoever_works_first() {
    Queue<String> first = queue("first", 1);
    Queue<String> last =
        world.redrive().queue(options("last").pool(new WorkerPool("shared", 3), 1).build());
    work(last);
    work(first);
    fill(first, 100);
    world.advance(Duration.ofSeconds(10));

    assertThat(runningMost).isEqualTo(3);
  }

  @Test
  void what_does_not_begin_costs_nothing_of_a_part() {
    Queue<String> expired = queue("expired", 1);
    Queue<String> other = queue("other", 1);
    fill(other, 1_000);
    work(other);
    work(expired);
    for (int i = 0; i < 300; i++) {
      world.get(expired.send(Outgoing.of("x").deadline(world.now().plusMillis(1))));
      world.get(expired.send(Outgoing.of("x")));
    }
    world.advance(Duration.ofSeconds(40));

    assertThat(begun("expired")).isCloseTo(begun("other"), within(24));
  }

  @Test
  void a_queue_that_leaves_its_pool_leaves_the_attempts_to_the_others() {
    Queue<String> leaving = queue("leaving", 1);
    Queue<String> staying = queue("staying", 1);
    work(leaving);
    work(staying);
    fill(leaving, 2_000);
    fill(staying, 2_000);
    world.advance(Duration.ofSeconds(10));
    world.redrive().queue(options("leaving").build().withPool(Optional.empty()));
    world.advance(Duration.ofSeconds(1));
    int before = begun("staying");
    world.advance(Duration.ofSeconds(10));

    assertThat(begun("staying") - before).isBetween(72, 88);
    assertThat(runningMost).isEqualTo(16);
  }

  @Test
  void a_worker_that_is_closed_or_paused_holds_up_nobody() {
    Queue<String> paused = queue("paused", 100);
    Queue<String> closed = queue("closed", 100);
    Queue<String> other = queue("other", 1);
    work(paused);
    Worker worker = work(closed);
    work(other);
    fill(paused, 500);
    fill(closed, 500);
    fill(other, 500);
    world.advance(Duration.ofSeconds(3));

    paused.pause("planned");
    worker.close();
    world.advance(Duration.ofSeconds(2));
    int before = begun("other");
    world.advance(Duration.ofSeconds(10));

    assertThat(begun("other") - before).isBetween(72, 88);
  }
}
