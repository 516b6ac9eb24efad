// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How often the cluster is polled while nothing comes of it. */
@Timeout(60)
class PollingTest {
  private static final Duration LONG = Duration.ofSeconds(10);
  // Ten a second.
  private static final int POLLS_MAX = 110;

  private final QueueScene scene = new QueueScene(0, 1);
  private final FakeCluster cluster = scene.cluster();

  @AfterEach
  void close() {
    scene.close();
  }

  private static String[] messages(int count) {
    return IntStream.range(0, count).mapToObj(i -> "m" + i).toArray(String[]::new);
  }

  /** How many polls there are in a long time. */
  private int polls() {
    int before = scene.member().polls();
    scene.pass(LONG);
    return scene.member().polls() - before;
  }

  @Test
  void empty_queue_is_polled_a_few_times_a_second() {
    assertThat(polls()).isLessThan(POLLS_MAX);
  }

  @Test
  void queue_of_which_everything_is_handed_over_is_polled_a_few_times_a_second() {
    scene.send(0, messages(100));
    assertThat(scene.handedOver()).hasSize(100);

    assertThat(polls()).isLessThan(POLLS_MAX);
  }

  @Test
  void partitions_that_are_full_are_polled_a_few_times_a_second_and_never_waited_for() {
    scene.send(0, messages(2_000));
    scene.send(1, messages(2_000));
    scene.until("all to be full", () -> scene.handedOver().size() > 2_000);
    scene.pass(Duration.ofSeconds(1));
    int before = scene.member().vainWaits();

    assertThat(polls()).isLessThan(POLLS_MAX);
    assertThat(scene.member().paused()).hasSize(2);
    assertThat(scene.member().vainWaits()).isEqualTo(before);
  }

  @Test
  void partition_that_is_full_is_not_waited_for_beside_one_that_is_empty() {
    scene.send(0, messages(2_000));
    scene.until("it to be full", () -> scene.member().paused().size() == 1);
    scene.pass(Duration.ofSeconds(1));
    int before = scene.member().vainWaits();

    assertThat(polls()).isLessThan(10 * POLLS_MAX);
    assertThat(scene.member().vainWaits()).isEqualTo(before);
    scene.send(1, "late");
    scene.pass(Duration.ofMillis(10));
    assertThat(scene.handedOver()).contains("late");
  }

  @Test
  void commit_without_an_answer_is_polled_for_until_nobody_waits_any_more() {
    scene.send(0, "a");
    cluster.hold(Call.COMMIT);
    CompletableFuture<List<Settled>> ack = scene.ack("a");
    scene.asked(Call.COMMIT);
    scene.pass(QueueScene.PATIENCE);

    assertThat(polls()).isLessThan(POLLS_MAX);
    assertThat(ack).isDone();
  }

  @Test
  void copies_that_are_not_stored_yet_are_not_polled_for() {
    scene.send(0, "a");
    cluster.hold(Call.STORE);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    scene.asked(Call.STORE);

    assertThat(polls()).isLessThan(POLLS_MAX);
    assertThat(retry).isNotDone();
  }

  @Test
  void transaction_that_is_not_decided_is_not_polled_for() {
    scene.send(0, "a", "b");
    cluster.hold(Call.END);
    CompletableFuture<List<Settled>> retry = scene.retry("a");
    scene.asked(Call.END);
    CompletableFuture<List<Settled>> ack = scene.ack("b");

    assertThat(polls()).isLessThan(POLLS_MAX);
    assertThat(retry).isNotDone();
    assertThat(ack).isNotDone();
  }

  @Test
  void partition_of_which_nothing_is_told_is_not_polled_for() {
    cluster.silence(2);
    scene.member().gives(2);
    scene.send(2, "a");

    assertThat(polls()).isLessThan(10 * POLLS_MAX);
    assertThat(scene.member().vainWaits()).isZero();
  }

  @Test
  void task_ends_a_poll_that_waits() {
    scene.send(0, "a");
    scene.pass(Duration.ofSeconds(2));

    CompletionStage<List<Settled>> renewed =
        scene.subscription().renew(List.of(scene.lease("a")), LONG);
    scene.rests();

    assertThat(renewed).isCompletedWithValue(List.of(Settled.DONE));
  }

  @Test
  void lease_that_ends_is_waited_for() {
    scene.send(0, "a");
    scene.subscription().renew(List.of(scene.lease("a")), Duration.ofSeconds(7));

    assertThat(polls()).isLessThan(POLLS_MAX);
    assertThat(scene.handedOver()).containsExactly("a", "a");
  }
}
