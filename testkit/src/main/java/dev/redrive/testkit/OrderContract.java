// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.Settled;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Order per key: n+1 does not start before n succeeded or a person took it out of the way. */
interface OrderContract extends Chapter {

  /** Provisions an ordered queue; true if the transport has no order, and refused it. */
  private static boolean isRefused(Scene scene) {
    if (scene.has(Capability.ORDERED)) {
      scene.provision(scene.orderedSpec());
      return false;
    }
    assertThat(scene.failure(() -> scene.transport().provision(scene.orderedSpec())))
        .isInstanceOf(UnsupportedCapabilityException.class);
    return true;
  }

  @Test
  @DisplayName("T-36 messages of a key come one after another, in the order sent, or are refused")
  default void messages_of_a_key_come_one_after_another() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.accepted(
        scene.message("k1", "k", scene.ticks(5)),
        scene.message("k2", "k"),
        scene.message("k3", "k"));
    Recipient recipient = scene.recipient();

    recipient.nothing("the first one is not due, and the others are after it");
    scene.advance(scene.ticks(6));
    for (String id : List.of("k1", "k2", "k3")) {
      InMessage message = recipient.next();
      assertThat(message.id()).isEqualTo(id);
      recipient.begin(message);
      recipient.nothing(id + " has not succeeded");
      recipient.ack(message);
    }
    recipient.nothing("there are no more");
  }

  @Test
  @DisplayName("T-37 what follows waits while a message is retried, deferred or handed over again")
  default void retried_message_keeps_its_place() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.accepted(scene.message("k1", "k"), scene.message("k2", "k"));
    Recipient recipient = scene.recipient(scene.shortLease());

    recipient.retry(recipient.next(), scene.ticks(3));
    recipient.nothing("k1 is retried");
    scene.advance(scene.ticks(4));
    recipient.defer(recipient.next(), scene.ticks(3));
    recipient.nothing("k1 is deferred");
    scene.advance(scene.ticks(4));
    assertThat(recipient.next().id()).isEqualTo("k1");
    scene.advance(scene.ticks(4));
    InMessage again = recipient.next();
    assertThat(again.id()).as("its lease ended").isEqualTo("k1");
    recipient.nothing("k1 is handed over again");
    assertThat(recipient.ack(again)).isEqualTo(Settled.DONE);
    assertThat(recipient.next().id()).isEqualTo("k2");
  }

  @Test
  @DisplayName("T-38 what follows waits while a message is dead, and comes after it when replayed")
  default void dead_message_keeps_its_place() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.accepted(scene.message("k1", "k"), scene.message("k2", "k"));
    Recipient recipient = scene.recipient();
    recipient.kill(recipient.next());

    recipient.nothing("k1 is dead and not out of the way");
    scene.advance(scene.ticks(10));
    recipient.nothing("k1 is dead and not out of the way");
    scene.accepted(scene.message("k3", "k"));
    recipient.nothing("k3 is after k1, too");
    assertThat(scene.await(scene.deadLetters().replay(DeadLetterFilter.all(), 1))).isEqualTo(1);

    for (String id : List.of("k1", "k2", "k3")) {
      InMessage message = recipient.next();
      assertThat(message.id()).isEqualTo(id);
      recipient.nothing(id + " has not succeeded");
      recipient.ack(message);
    }
  }

  @Test
  @DisplayName("T-39 what follows comes when a message was purged, cancelled or discarded")
  default void message_taken_out_of_the_way_frees_the_next() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.accepted(
        scene.message("k1", "k"),
        scene.message("k2", "k", scene.ticks(50)),
        scene.message("k3", "k"),
        scene.message("k4", "k"));
    Recipient recipient = scene.recipient();
    recipient.kill(recipient.next());
    recipient.nothing("k1 is dead");
    scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("k1")), 1));
    recipient.nothing("k2 is not due");
    if (scene.has(Capability.MESSAGE_BY_ID)) {
      assertThat(scene.await(scene.transport().cancel(scene.queue(), "k2"))).isTrue();
    } else {
      scene.advance(scene.ticks(51));
      recipient.ack(recipient.next());
    }
    InMessage third = recipient.next();
    assertThat(third.id()).isEqualTo("k3");
    recipient.discard(third);
    assertThat(recipient.next().id()).isEqualTo("k4");
  }

  @Test
  @DisplayName("T-40 other keys, and messages without one, are not held up")
  default void other_keys_are_not_held_up() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.accepted(scene.message("k1", "k"));
    for (int i = 2; i <= 50; i++) {
      scene.accepted(scene.message("k" + i, "k"));
    }
    Recipient recipient = scene.recipient();
    recipient.kill(recipient.next());
    scene.accepted(scene.message("l1", "l"), scene.message("l2", "l"));
    scene.accepted("free1", "free2");

    List<InMessage> others = recipient.next(3);
    assertThat(others).extracting(InMessage::id).containsExactly("l1", "free1", "free2");
    recipient.nothing("what is blocked takes no credit, and is not handed over");
    recipient.ack(others.get(0));
    assertThat(recipient.next().id()).isEqualTo("l2");
  }

  @Test
  @DisplayName("T-41 order holds over a restart and a crash")
  default void order_holds_over_a_restart() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    for (String key : List.of("retried", "dead", "leased")) {
      scene.accepted(scene.message(key + "1", key), scene.message(key + "2", key));
    }
    Recipient recipient = scene.recipient(scene.shortLease());
    List<InMessage> first = recipient.next(3);
    first.forEach(recipient::begin);
    recipient.retry(first.get(0), scene.ticks(30));
    recipient.kill(first.get(1));

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    InMessage leased = scene.recipient().next();
    assertThat(leased.id()).isEqualTo("leased1");
    scene.restart();
    Recipient after = scene.recipient();
    InMessage again = after.next();
    assertThat(again.id()).isEqualTo("leased1");
    after.nothing("the first ones are retried, dead and leased");
    after.ack(again);
    assertThat(after.next().id()).isEqualTo("leased2");
    after.nothing("the first ones are retried and dead");
    scene.await(scene.deadLetters().replay(DeadLetterFilter.all(), 10));
    InMessage replayed = after.next();
    assertThat(replayed.id()).isEqualTo("dead1");
    after.ack(replayed);
    assertThat(after.next().id()).isEqualTo("dead2");
    scene.advance(scene.ticks(30));
    assertThat(after.next().id()).isEqualTo("retried1");
    after.nothing("retried1 has not succeeded");
  }

  @Test
  @DisplayName("T-42 a queue that is not ordered does not look at keys")
  default void unordered_queue_does_not_look_at_keys() {
    Scene scene = Scene.open(harness());
    scene.accepted(
        scene.message("k1", "k", scene.ticks(5)),
        scene.message("k2", "k"),
        scene.message("k3", "k"));
    Recipient recipient = scene.recipient();

    assertThat(recipient.next(2)).extracting(InMessage::id).containsExactly("k2", "k3");
    scene.advance(scene.ticks(6));
    assertThat(recipient.next().id()).isEqualTo("k1");
  }
}
