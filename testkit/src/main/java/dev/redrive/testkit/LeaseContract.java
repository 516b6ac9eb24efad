// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Subscription;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The right to settle a message, and its end. */
interface LeaseContract extends Chapter {

  @Test
  @DisplayName("T-13 when a lease ends the message comes again with the same number, begun or not")
  default void ended_lease_hands_over_again() {
    Scene scene = Scene.open(harness());
    scene.accepted("a", "b");
    Recipient lost = scene.recipient(scene.shortLease());
    List<InMessage> first = lost.next(2);
    assertThat(lost.begin(first.get(0))).isEqualTo(Settled.DONE);
    Recipient recipient = scene.recipient();
    recipient.nothing("both are leased");

    scene.advance(scene.ticks(4));

    List<InMessage> second = recipient.next(2);
    assertThat(second).extracting(InMessage::id).containsExactlyInAnyOrder("a", "b");
    assertThat(second).extracting(InMessage::attempt).containsOnly(1);
    assertThat(second).extracting(InMessage::crashes).containsOnly(0);
    second.forEach(message -> assertThat(recipient.ack(message)).isEqualTo(Settled.DONE));
    scene.conserved();
  }

  @Test
  @DisplayName("T-14 a lease that ended is STALE for everything, and nothing is changed by it")
  default void ended_lease_is_stale() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient lost = scene.recipient(scene.shortLease());
    InMessage old = lost.next();
    assertThat(lost.begin(old)).isEqualTo(Settled.DONE);
    scene.advance(scene.ticks(4));

    if (!scene.has(Capability.FENCED_LEASE)) {
      assertThat(lost.ack(old)).isIn(Settled.DONE, Settled.STALE);
      scene.conserved();
      return;
    }
    assertThat(lost.ack(old)).as("nobody else has it yet").isEqualTo(Settled.STALE);

    Recipient recipient = scene.recipient();
    InMessage current = recipient.next();
    Lease lease = old.lease();
    assertThat(lost.begin(old)).isEqualTo(Settled.STALE);
    assertThat(lost.ack(old)).isEqualTo(Settled.STALE);
    assertThat(lost.retry(old, scene.ticks(1))).isEqualTo(Settled.STALE);
    assertThat(lost.defer(old, scene.ticks(1))).isEqualTo(Settled.STALE);
    assertThat(lost.kill(old)).isEqualTo(Settled.STALE);
    assertThat(lost.discard(old)).isEqualTo(Settled.STALE);
    if (scene.has(Capability.RENEW)) {
      assertThat(lost.renew(old, scene.ticks(9))).isEqualTo(Settled.STALE);
    }
    assertThat(lost.settle(new Settlement.Retry(lease, scene.now(), Map.of("redrive-x", "y"))))
        .isEqualTo(Settled.STALE);
    assertThat(recipient.retry(current, scene.ticks(0))).isEqualTo(Settled.DONE);
    InMessage last = recipient.next();
    assertThat(last.attempt()).isEqualTo(2);
    assertThat(last.headers()).isEqualTo(old.headers());
    assertThat(recipient.ack(last)).isEqualTo(Settled.DONE);
    scene.assertCount(QueueStats::succeeded, 1);
  }

  @Test
  @DisplayName("T-15 renewing moves the lease's end, or is refused")
  default void renewing_moves_the_end() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient holder = scene.recipient(scene.shortLease());
    Recipient other = scene.recipient();
    InMessage message = holder.next();

    if (!scene.has(Capability.RENEW)) {
      assertThat(
              scene.failure(
                  () -> holder.subscription().renew(List.of(message.lease()), scene.ticks(3))))
          .isInstanceOf(UnsupportedCapabilityException.class);
      return;
    }
    scene.advance(scene.ticks(2));
    assertThat(holder.renew(message, scene.ticks(4))).isEqualTo(Settled.DONE);
    scene.advance(scene.ticks(3));
    other.nothing("the renewed lease has a tick left");
    assertThat(holder.begin(message)).isEqualTo(Settled.DONE);
    scene.advance(scene.ticks(2));
    assertThat(other.next().attempt()).isEqualTo(1);
    assertThat(holder.ack(message)).isEqualTo(Settled.STALE);
  }

  @Test
  @DisplayName("T-16 only the first settlement of a lease counts, the second is STALE")
  default void second_settlement_is_stale() {
    Scene scene = Scene.open(harness());
    scene.accepted("a", "b");
    Recipient recipient = scene.recipient();
    InMessage a = recipient.next();
    InMessage b = recipient.next();

    assertThat(recipient.ack(a)).isEqualTo(Settled.DONE);
    assertThat(recipient.ack(a)).isEqualTo(Settled.STALE);
    assertThat(recipient.retry(a, scene.ticks(0))).isEqualTo(Settled.STALE);
    assertThat(recipient.begin(a)).isEqualTo(Settled.STALE);
    List<Settlement> both = List.of(new Settlement.Ack(b.lease()), new Settlement.Ack(b.lease()));
    assertThat(scene.await(recipient.subscription().settle(both)))
        .containsExactly(Settled.DONE, Settled.STALE);
    recipient.nothing("both have ended");
    scene.assertCount(QueueStats::succeeded, 2);
  }

  @Test
  @DisplayName("T-17 a lease of before a restart or a crash is STALE")
  default void lease_of_before_a_restart_is_stale() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    InMessage first = scene.recipient().next();

    scene.restart();
    Recipient recipient = scene.recipient(scene.shortLease());
    if (!scene.isDurable()) {
      assertThat(recipient.ack(first)).isEqualTo(Settled.STALE);
      return;
    }
    InMessage second = recipient.next();
    assertThat(recipient.ack(first)).isEqualTo(Settled.STALE);

    scene.crash();
    Recipient last = scene.recipient();
    InMessage third = last.next();
    assertThat(last.ack(first)).isEqualTo(Settled.STALE);
    assertThat(last.ack(second)).isEqualTo(Settled.STALE);
    assertThat(last.ack(third)).isEqualTo(Settled.DONE);
    scene.assertCount(QueueStats::succeeded, 1);
  }

  @Test
  @DisplayName("T-18 results come in the order of the list, whatever became of each")
  default void results_come_in_the_order_of_the_list() {
    Scene scene = Scene.open(harness());
    scene.accepted("a", "b", "c", "d");
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(4);
    recipient.ack(messages.get(0));
    recipient.ack(messages.get(2));
    Subscription subscription = recipient.subscription();
    List<Lease> leases = messages.stream().map(InMessage::lease).toList();

    assertThat(scene.await(subscription.begin(leases)))
        .containsExactly(Settled.STALE, Settled.DONE, Settled.STALE, Settled.DONE);
    if (scene.has(Capability.RENEW)) {
      assertThat(scene.await(subscription.renew(leases, scene.ticks(1_000))))
          .containsExactly(Settled.STALE, Settled.DONE, Settled.STALE, Settled.DONE);
    }
    List<Settlement> acks =
        leases.stream().map(lease -> (Settlement) new Settlement.Ack(lease)).toList();
    assertThat(scene.await(subscription.settle(acks)))
        .containsExactly(Settled.STALE, Settled.DONE, Settled.STALE, Settled.DONE);
    assertThat(scene.await(subscription.settle(List.of()))).isEmpty();
    assertThat(scene.await(subscription.begin(List.of()))).isEmpty();
  }

  @Test
  @DisplayName("T-83 a step of the clock, forward or back, moves no lease's end")
  default void step_of_the_clock_moves_no_end() {
    Scene scene = Scene.open(harness());
    scene.accepted("a", "b");
    Recipient holder = scene.recipient(scene.shortLease());
    Recipient other = scene.recipient();

    InMessage before = holder.next();
    harness().shiftClock(scene.ticks(100));
    InMessage after = holder.next();
    other.nothing("the clock was moved, and no time has passed");
    assertThat(holder.begin(before)).isEqualTo(Settled.DONE);
    harness().shiftClock(scene.ticks(-100));
    scene.advance(scene.ticks(4));

    assertThat(other.next(2))
        .extracting(InMessage::id)
        .as("of the lease that began by the later clock, too")
        .containsExactlyInAnyOrder("a", "b");
    if (scene.has(Capability.FENCED_LEASE)) {
      assertThat(holder.ack(before)).isEqualTo(Settled.STALE);
      assertThat(holder.ack(after)).isEqualTo(Settled.STALE);
    }
  }
}
