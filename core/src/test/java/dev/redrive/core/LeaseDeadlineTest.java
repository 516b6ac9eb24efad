// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Delivery;
import dev.redrive.Settled;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.retry.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a message's deadline bounds the leases of consumers. */
class LeaseDeadlineTest extends LeaseScene {
  private static final Duration SHORT = Duration.ofSeconds(10);

  private Instant sendWithin(Duration time) {
    Instant deadline = world.now().plus(time);
    world.get(queue.send(message("a").deadline(deadline)));
    return deadline;
  }

  private void assertExpired(int attempts) {
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.EXPIRED);
    assertThat(world.dead(queue, "a").attempts()).isEqualTo(attempts);
    assertThat(world.dead(queue, "a").failure()).contains("the deadline");
  }

  @Test
  void a_lease_ends_at_the_deadline_at_the_latest() {
    Instant deadline = sendWithin(SHORT);
    Delivery<String> delivery = leased("a");
    assertThat(delivery.leaseEnd()).isEqualTo(deadline);

    world.advance(SHORT.minusNanos(1));
    assertThat(world.stats(queue).running()).isEqualTo(1);
    world.advance(Duration.ofNanos(1));

    assertExpired(1);
    assertThat(world.get(delivery.ack())).isEqualTo(Settled.STALE);
  }

  @Test
  void a_lease_that_ends_before_the_deadline_is_an_attempt_that_failed() {
    sendWithin(LEASE.plusSeconds(10));
    Delivery<String> delivery = leased("a");
    assertThat(delivery.leaseEnd()).isEqualTo(world.now().plus(LEASE));

    world.advance(LEASE);

    assertThat(world.journal().lines()).last().isEqualTo("Retried a 1");
  }

  @Test
  void a_lease_is_extended_to_the_deadline_and_no_further() {
    Instant deadline = sendWithin(LEASE.plusSeconds(10));
    Delivery<String> delivery = leased("a");

    assertThat(world.get(delivery.extend(LEASE.multipliedBy(2)))).isEqualTo(Settled.DONE);

    assertThat(delivery.leaseEnd()).isEqualTo(deadline);
    world.advance(LEASE.plusSeconds(10));
    assertExpired(1);
  }

  @Test
  void what_a_consumer_sends_in_the_context_of_its_delivery_inherits() {
    Instant deadline = sendWithin(SHORT);
    Delivery<String> delivery = leased("a");
    assertThat(delivery.context().remaining()).contains(SHORT);

    delivery.context().wrap(() -> queue.send(message("b"))).run();

    assertThat(leased("b").message().deadline()).contains(deadline);
  }

  @Test
  void a_delivery_whose_deadline_passes_before_it_is_handed_over_is_none() {
    sendWithin(SHORT);
    world.transport().beginning(Trouble.ANSWERS_LATE);
    CompletableFuture<List<Delivery<String>>> asked = ask(1);
    world.run();

    world.time().shift(SHORT);
    world.transport().answerLate();
    world.run();

    assertThat(asked).isNotDone();
    assertExpired(0);
  }
}
