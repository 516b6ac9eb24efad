// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Delivery;
import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.RedriveException;
import dev.redrive.Settled;
import dev.redrive.retry.HoldException;
import dev.redrive.retry.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Messages leased by consumers that settle them themselves. */
class LeaseTest extends LeaseScene {
  @Test
  void a_leased_message_is_acknowledged_once() {
    world.get(queue.send(message("a").key("k").header("h", "v")));

    Delivery<String> delivery = leased("a");

    assertThat(delivery.message().payload()).isEqualTo("payload of a");
    assertThat(delivery.message().attempt()).isEqualTo(1);
    assertThat(delivery.message().headers()).containsOnlyKeys("h");
    assertThat(delivery.leaseEnd()).isEqualTo(world.now().plus(LEASE));
    assertThat(world.get(delivery.ack())).isEqualTo(Settled.DONE);
    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
    assertThat(world.get(delivery.fail(new IOException("late")))).isEqualTo(Settled.STALE);
    assertThat(world.get(delivery.extend(LEASE))).isEqualTo(Settled.STALE);
    assertThat(world.stats(queue).succeeded()).isEqualTo(1);
    assertThat(world.journal().lines()).containsExactly("Sent a", "Started a 1", "Succeeded a 1");
  }

  @Test
  void as_many_come_as_are_there_and_wanted() {
    world.send(queue, "a", "b", "c", "d", "e");

    assertThat(ids(lease(3))).containsExactly("a", "b", "c");
    assertThat(ids(lease(1_000))).containsExactly("d", "e");
    assertThat(world.stats(queue).running()).isEqualTo(5);
  }

  @Test
  void a_failed_attempt_goes_to_the_policy() {
    world.send(queue, "a");

    assertThat(world.get(leased("a").fail(new IOException("planned")))).isEqualTo(Settled.DONE);
    CompletableFuture<List<Delivery<String>>> next = ask(1);
    world.advance(Duration.ofSeconds(1).minusMillis(1));
    assertThat(next).isNotDone();
    world.advance(Duration.ofMillis(1));
    Delivery<String> second = world.get(next).get(0);

    assertThat(second.message().attempt()).isEqualTo(2);
    world.get(second.fail(new IllegalArgumentException("planned")));
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.NOT_RETRYABLE);
  }

  @Test
  void a_consumer_may_say_when_and_that_it_is_dead() {
    world.send(queue, "a");

    world.get(leased("a").retry(Duration.ofSeconds(15), "busy"));
    CompletableFuture<List<Delivery<String>>> next = ask(1);
    world.advance(Duration.ofSeconds(15).minusMillis(1));
    assertThat(next).isNotDone();
    world.advance(Duration.ofMillis(1));
    Delivery<String> second = world.get(next).get(0);
    assertThat(second.message().attempt()).isEqualTo(2);
    world.get(second.dead("no such customer"));

    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.REJECTED);
    assertThat(world.dead(queue, "a").failure()).contains("no such customer");
  }

  @Test
  void a_released_message_comes_again_uncounted() {
    world.send(queue, "a", "b");

    assertThat(world.get(leased("a").release())).isEqualTo(Settled.DONE);

    assertThat(leased("a").message().attempt()).as("in its old place").isEqualTo(1);
  }

  @Test
  void a_lease_lasts_as_long_whatever_the_clock_does() {
    world.send(queue, "a");
    Delivery<String> delivery = leased("a");

    world.time().shift(Duration.ofHours(-1));
    world.advance(LEASE.minusMillis(1));
    assertThat(world.journal().of(Event.Retried.class)).isEmpty();
    world.advance(Duration.ofMillis(1));

    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
    assertThat(world.journal().of(Event.Retried.class)).hasSize(1);
  }

  @Test
  void a_lease_that_runs_out_counts_as_a_failed_attempt() {
    world.send(queue, "a");
    Delivery<String> delivery = leased("a");

    world.advance(LEASE.minusMillis(1));
    assertThat(world.stats(queue).running()).isEqualTo(1);
    world.advance(Duration.ofMillis(1));

    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
    assertThat(world.journal().of(Event.Retried.class))
        .singleElement()
        .satisfies(retried -> assertThat(retried.cause()).contains("lease ran out"));
    world.advance(Duration.ofSeconds(1));
    Delivery<String> second = leased("a");
    assertThat(second.message().attempt()).isEqualTo(2);
    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
    assertThat(world.get(second.ack())).isEqualTo(Settled.DONE);
  }

  @Test
  void an_extended_lease_lasts_from_the_extension_on_however_long() {
    world.send(queue, "a");
    Delivery<String> delivery = leased("a");

    for (int i = 0; i < 60; i++) {
      world.advance(Duration.ofSeconds(59));
      assertThat(world.get(delivery.extend(LEASE))).isEqualTo(Settled.DONE);
      assertThat(delivery.leaseEnd()).isEqualTo(world.now().plus(LEASE));
    }

    assertThat(world.get(delivery.ack())).isEqualTo(Settled.DONE);
    assertThat(world.stats(queue).succeeded()).isEqualTo(1);
  }

  @Test
  void the_end_of_a_lease_that_fires_although_it_was_moved_ends_nothing() {
    world.ignoreCancelling();
    world.send(queue, "a");
    Delivery<String> delivery = leased("a");
    world.get(delivery.extend(LEASE.multipliedBy(2)));

    world.advance(LEASE.multipliedBy(2).minusMillis(1));
    assertThat(world.stats(queue).running()).isEqualTo(1);
    world.advance(Duration.ofMillis(1));

    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
  }

  @Test
  void a_settled_delivery_leaves_no_timer() {
    world.send(queue, "a");
    world.get(leased("a").ack());
    int before = world.time().pending();

    for (int i = 0; i < 20; i++) {
      world.send(queue, "m" + i);
      world.get(leased("m" + i).ack());
    }

    assertThat(world.time().pending()).isEqualTo(before);
  }

  @Test
  void a_lease_may_be_shortened() {
    world.send(queue, "a");
    Delivery<String> delivery = leased("a");

    world.get(delivery.extend(Duration.ofSeconds(2)));
    world.advance(Duration.ofSeconds(2));

    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
  }

  @Test
  void a_paused_queue_leases_nothing_and_who_waits_is_served_after_it() {
    CompletableFuture<List<Delivery<String>>> waiting = ask(5);
    world.run();
    queue.pause("maintenance");
    world.send(queue, "a");
    world.advance(Duration.ofSeconds(5));
    assertThat(waiting).isNotDone();
    assertThat(world.stats(queue).waiting()).isEqualTo(1);

    queue.resume();
    world.run();

    assertThat(ids(world.get(waiting))).containsExactly("a");
  }

  @Test
  void what_comes_while_the_queue_is_being_paused_is_not_leased() {
    CompletableFuture<List<Delivery<String>>> waiting = ask(5);
    world
        .transport()
        .forge(
            in -> {
              queue.pause("while it was on its way");
              return in;
            });

    world.send(queue, "a");

    assertThat(waiting).isNotDone();
    assertThat(world.stats(queue).waiting()).isEqualTo(1);
    assertThat(world.transport().subscriptions()).isZero();
  }

  @Test
  void a_consumer_can_hold_the_queue() {
    world.send(queue, "a", "b");

    world.get(leased("a").fail(new HoldException("down", Optional.of(Duration.ofSeconds(10)))));

    CompletableFuture<List<Delivery<String>>> next = ask(5);
    world.advance(Duration.ofSeconds(9));
    assertThat(next).isNotDone();
    world.advance(Duration.ofSeconds(1));
    assertThat(world.get(next)).hasSize(2).allMatch(delivery -> delivery.message().attempt() == 1);
  }

  @Test
  void closing_waits_for_what_is_leased_and_then_takes_it_back() {
    world.send(queue, "a");
    Delivery<String> delivery = leased("a");
    CompletableFuture<List<Delivery<String>>> waiting = ask(1);

    world.redrive().close(Duration.ZERO);
    world.run();

    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
    assertThat(waiting).isCompletedExceptionally();
    assertThat(world.journal().lines()).last().isEqualTo("Deferred a");
    assertThatThrownBy(() -> ask(1)).isInstanceOf(RedriveException.class);
    world.reopen();
    Queue<String> again = world.queue();
    assertThat(world.stats(again).waiting()).isEqualTo(1);
    assertThat(world.get(again.lease(1, WAIT, LEASE)).get(0).message().attempt()).isEqualTo(1);
  }

  @Test
  void what_makes_no_sense_is_refused() {
    assertThatThrownBy(() -> queue.lease(0, WAIT, LEASE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> queue.lease(1_001, WAIT, LEASE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> queue.lease(1, Duration.ofSeconds(-1), LEASE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> queue.lease(1, WAIT, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    world.send(queue, "a");
    Delivery<String> delivery = leased("a");
    assertThatThrownBy(() -> delivery.extend(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> delivery.retry(Duration.ofSeconds(-1), "why"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(world.get(delivery.ack())).as("it is still leased").isEqualTo(Settled.DONE);
  }
}
