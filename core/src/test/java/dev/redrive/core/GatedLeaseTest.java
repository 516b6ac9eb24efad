// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Delivery;
import dev.redrive.Queue;
import dev.redrive.gate.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gates before messages that consumers settle themselves. */
class GatedLeaseTest {
  private static final Duration BRIEF = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration LEASE = Duration.ofMinutes(5);

  private final World world = new World();
  private final Doorman doorman = new Doorman();
  private final Queue<String> queue = world.queue(options -> options.gates(doorman));

  @AfterEach
  void close() {
    world.close();
    assertThat(doorman.inside()).as("permits that were never told an end").isZero();
  }

  private CompletionStage<List<Delivery<String>>> lease(int max, Duration wait) {
    CompletionStage<List<Delivery<String>>> answer = queue.lease(max, wait, LEASE);
    world.run();
    return answer;
  }

  private List<String> ids(CompletionStage<List<Delivery<String>>> answer) {
    return world.get(answer).stream().map(delivery -> delivery.message().id()).toList();
  }

  @Test
  void a_gate_is_told_when_a_delivery_is_settled() {
    world.send(queue, "acked", "failed", "dead", "released", "expired");
    List<Delivery<String>> leased = world.get(lease(5, BRIEF));
    assertThat(doorman.told()).isEmpty();

    leased.get(0).ack();
    leased.get(1).fail(new IOException("planned"));
    leased.get(2).dead("planned");
    leased.get(3).release();
    world.advance(LEASE);

    assertThat(doorman.told())
        .containsExactly(
            "succeeded acked 1",
            "failed failed 1",
            "succeeded dead 1",
            "unused released 1",
            "failed expired 1");
  }

  @Test
  void a_closed_gate_gives_nothing_and_nothing_is_handed_over() {
    doorman.keepsAllWaiting(LONG);
    world.send(queue, "a", "b");
    assertThat(ids(leaseUntil(BRIEF))).isEmpty();

    int settled = world.transport().settlements();
    for (int i = 0; i < 20; i++) {
      assertThat(ids(leaseUntil(BRIEF))).isEmpty();
    }
    assertThat(doorman.asked()).containsExactly("a 1");
    assertThat(world.transport().settlements()).as("no churn").isEqualTo(settled);
    assertThat(world.stats(queue).running()).isZero();
    doorman.passesAll();
    world.advance(LONG);
    assertThat(ids(lease(2, BRIEF))).isNotEmpty();
  }

  private CompletionStage<List<Delivery<String>>> leaseUntil(Duration wait) {
    CompletionStage<List<Delivery<String>>> answer = lease(10, wait);
    world.advance(wait);
    return answer;
  }

  @Test
  void a_consumer_in_line_is_served_when_the_gate_opens() {
    doorman.keepsAllWaiting(LONG);
    world.send(queue, "a");
    CompletionStage<List<Delivery<String>>> answer = lease(10, Duration.ofMinutes(1));
    doorman.passesAll();

    world.advance(LONG.minusNanos(1));
    assertThat(answer.toCompletableFuture()).isNotDone();
    world.advance(Duration.ofNanos(1));

    assertThat(ids(answer)).containsExactly("a");
  }

  @Test
  void a_brief_wait_is_spent_in_hand() {
    doorman.keepsAllWaiting(BRIEF);
    world.send(queue, "a", "b");
    CompletionStage<List<Delivery<String>>> answer = lease(10, Duration.ofMinutes(1));
    doorman.passesAll();

    world.advance(BRIEF);

    assertThat(ids(answer)).containsExactly("a", "b");
    assertThat(world.transport().settlements()).isZero();
  }

  @Test
  void what_waits_in_hand_goes_back_when_nobody_waits_for_it() {
    doorman.keepsAllWaiting(Duration.ofSeconds(2));
    world.send(queue, "a", "b");
    assertThat(ids(leaseUntil(BRIEF))).isEmpty();

    world.advance(BRIEF);

    assertThat(world.stats(queue).running()).isZero();
    assertThat(world.transport().subscriptions()).isZero();
  }

  @Test
  void a_delivery_that_ends_lets_another_one_pass() {
    doorman.says(
        candidate ->
            doorman.inside() < 1
                ? doorman.pass(candidate)
                : new Answer.Wait(Duration.ofSeconds(2), "one at a time", Answer.Reach.QUEUE));
    world.send(queue, "a", "b");
    CompletionStage<List<Delivery<String>>> first = lease(10, LONG);
    CompletionStage<List<Delivery<String>>> second = lease(10, LONG);
    assertThat(ids(first)).containsExactly("a");
    assertThat(second.toCompletableFuture()).isNotDone();

    world.get(first).get(0).ack();
    world.run();

    assertThat(ids(second)).containsExactly("b");
    assertThat(world.elapsed()).isZero();
  }

  @Test
  void a_pause_gives_back_what_waits_at_a_gate() {
    doorman.keepsAllWaiting(BRIEF);
    world.send(queue, "a", "b");
    lease(10, LONG);

    queue.pause("maintenance");
    world.run();

    assertThat(world.stats(queue).running()).isZero();
  }
}
