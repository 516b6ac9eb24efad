// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.Successors;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.QueueSpec;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Order per key where those behind a dead message go on without it. */
interface SuccessorsContract extends Chapter {

  /** Provisions such a queue; true if the transport has none, and refused it. */
  private static boolean isRefused(Scene scene) {
    QueueSpec spec = scene.orderedSpec(Successors.GO_ON);
    if (scene.has(Capability.SUCCESSORS_GO_ON)) {
      scene.provision(spec);
      return false;
    }
    assertThat(scene.failure(() -> scene.transport().provision(spec)))
        .isInstanceOf(UnsupportedCapabilityException.class);
    return true;
  }

  private static void sendsThree(Scene scene, String key) {
    for (int i = 1; i <= 3; i++) {
      scene.accepted(scene.message(key + i, key));
    }
  }

  @Test
  @DisplayName("T-84 what follows a dead message goes on, one after another, or is refused")
  default void what_follows_a_dead_message_goes_on() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    sendsThree(scene, "k");
    Recipient recipient = scene.recipient();
    recipient.kill(recipient.next());

    InMessage second = recipient.next();
    assertThat(second.id()).isEqualTo("k2");
    recipient.nothing("k2 has not succeeded");
    scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("k1")), 1));
    recipient.nothing("k2 has not succeeded, whatever becomes of k1");
    recipient.retry(second, scene.ticks(20));
    recipient.nothing("k2 is retried");
    scene.advance(scene.ticks(21));
    recipient.ack(recipient.next());
    assertThat(recipient.next().id()).isEqualTo("k3");
  }

  @Test
  @DisplayName("T-85 a replayed message comes after those of its key that went on")
  default void replayed_message_comes_after_those_that_went_on() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    sendsThree(scene, "k");
    Recipient recipient = scene.recipient();
    recipient.kill(recipient.next());
    InMessage second = recipient.next();

    assertThat(scene.await(scene.deadLetters().replay(DeadLetterFilter.all(), 1))).isEqualTo(1);
    scene.accepted(scene.message("k4", "k"));
    recipient.nothing("k2 has not succeeded");
    recipient.ack(second);
    for (String id : List.of("k3", "k1", "k4")) {
      InMessage message = recipient.next();
      assertThat(message.id()).isEqualTo(id);
      assertThat(message.attempt()).isEqualTo(1);
      recipient.nothing(id + " has not succeeded");
      recipient.ack(message);
    }
  }

  @Test
  @DisplayName("T-86 that others went on holds over a restart and a crash")
  default void going_on_holds_over_a_restart() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    sendsThree(scene, "k");
    sendsThree(scene, "other");
    Recipient recipient = scene.recipient();
    recipient.next(2).forEach(recipient::kill);
    scene.await(scene.deadLetters().replay(DeadLetterFilter.ids(Set.of("other1")), 10));

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    scene.restart();
    Recipient after = scene.recipient();
    List<InMessage> second = after.next(2);
    assertThat(second).extracting(InMessage::id).containsExactly("k2", "other2");
    after.nothing("k2 and other2 have not succeeded");
    after.kill(second.get(0));
    assertThat(after.next().id()).isEqualTo("k3");
    after.ack(second.get(1));
    InMessage third = after.next();
    assertThat(third.id()).isEqualTo("other3");
    after.nothing("other3 has not succeeded");
    after.ack(third);
    assertThat(after.next().id()).as("it was replayed before the crash").isEqualTo("other1");
  }

  @Test
  @DisplayName("T-87 a changed spec is for those that die from then on")
  default void changed_spec_is_for_those_that_die_from_then_on() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.provision(scene.orderedSpec(Successors.WAIT));
    sendsThree(scene, "k");
    sendsThree(scene, "other");
    Recipient recipient = scene.recipient();
    List<InMessage> first = recipient.next(2);
    recipient.kill(first.get(0));
    scene.provision(scene.orderedSpec(Successors.GO_ON));
    recipient.kill(first.get(1));

    InMessage second = recipient.next();
    assertThat(second.id()).isEqualTo("other2");
    scene.provision(scene.orderedSpec(Successors.WAIT));
    recipient.ack(second);
    InMessage third = recipient.next();
    assertThat(third.id()).as("other1 died when others went on").isEqualTo("other3");
    recipient.nothing("k1 died when others waited");
    assertThat(scene.await(scene.deadLetters().replay(DeadLetterFilter.all(), 10))).isEqualTo(2);
    assertThat(recipient.next().id()).isEqualTo("k1");
    recipient.nothing("k1 and other3 have not succeeded");
    recipient.ack(third);
    assertThat(recipient.next().id()).isEqualTo("other1");
  }
}
