// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.MessageState;
import dev.redrive.QueueStats;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is sent twice under one id. */
interface DeduplicationContract extends Chapter {

  /** True if the transport stores duplicates, having checked that it says so and does. */
  private static boolean isWithout(Scene scene) {
    if (scene.has(Capability.DEDUPLICATION)) {
      return false;
    }
    scene.accepted("twice", "twice");
    scene.accepted("twice");
    assertThat(scene.takeAll(3)).containsOnly("twice");
    return true;
  }

  private static PublishResult.Duplicate duplicate(Scene scene, String id) {
    List<PublishResult> results = scene.publish(scene.message(id));
    assertThat(results).hasSize(1).hasOnlyElementsOfType(PublishResult.Duplicate.class);
    return (PublishResult.Duplicate) results.get(0);
  }

  @Test
  @DisplayName("T-43 an id that comes twice in a batch is stored once, or each time")
  default void id_that_comes_twice_in_a_batch_is_stored_once() {
    Scene scene = Scene.open(harness());
    if (isWithout(scene)) {
      return;
    }
    List<PublishResult> results =
        scene.publish(
            scene.message("a"), scene.message("b"), scene.message("a"), scene.message("c"));

    assertThat(results.get(0)).isInstanceOf(PublishResult.Accepted.class);
    assertThat(results.get(1)).isInstanceOf(PublishResult.Accepted.class);
    assertThat(results.get(2)).isInstanceOf(PublishResult.Duplicate.class);
    assertThat(results.get(3)).isInstanceOf(PublishResult.Accepted.class);
    scene.assertCount(QueueStats::sent, 3);
    assertThat(scene.takeAll(3)).containsExactly("a", "b", "c");
  }

  @Test
  @DisplayName("T-44 the id of a message that waits, is leased or is dead is recognised")
  default void id_of_a_present_message_is_recognised() {
    Scene scene = Scene.open(harness());
    if (isWithout(scene)) {
      return;
    }
    OutMessage scheduled = scene.message("scheduled", scene.ticks(90));
    scene.accepted(scheduled);
    assertThat(duplicate(scene, "scheduled"))
        .isEqualTo(new PublishResult.Duplicate(MessageState.SCHEDULED, scheduled.notBefore()));
    scene.kill("dead");
    scene.accepted("m", "retried");
    assertThat(duplicate(scene, "m").state()).isEqualTo(MessageState.READY);
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(2);
    assertThat(duplicate(scene, "m").state()).isEqualTo(MessageState.RUNNING);
    recipient.retry(messages.get(1), scene.ticks(90));
    assertThat(duplicate(scene, "retried").state()).isEqualTo(MessageState.RETRYING);
    scene.advance(scene.ticks(10));

    PublishResult.Duplicate dead = duplicate(scene, "dead");
    assertThat(dead.state()).isEqualTo(MessageState.DEAD);
    assertThat(dead.at())
        .isEqualTo(scene.await(scene.deadLetters().find("dead")).orElseThrow().diedAt());
    recipient.nothing("nothing was stored twice");
    scene.assertCount(QueueStats::sent, 4);
  }

  @Test
  @DisplayName("T-45 the id of a message that ended is recognised within the window")
  default void id_of_an_ended_message_is_recognised() {
    Scene scene = Scene.open(harness());
    if (isWithout(scene)) {
      return;
    }
    scene.kill("purged");
    scene.accepted("succeeded", "dropped");
    Recipient recipient = scene.recipient();
    scene.advance(scene.ticks(1));
    Instant before = scene.in(Duration.ZERO);
    recipient.ack(recipient.next());
    recipient.discard(recipient.next());
    scene.await(scene.deadLetters().purge(DeadLetterFilter.all(), 1));
    Instant after = scene.now();
    scene.advance(scene.ticks(4));

    PublishResult.Duplicate succeeded = duplicate(scene, "succeeded");
    assertThat(succeeded.state()).isEqualTo(MessageState.SUCCEEDED);
    assertThat(succeeded.at()).isBetween(before, after);
    assertThat(duplicate(scene, "dropped").state()).isEqualTo(MessageState.CANCELLED);
    assertThat(duplicate(scene, "purged").state()).isEqualTo(MessageState.CANCELLED);
    recipient.nothing("nothing was stored again");
    scene.assertCount(QueueStats::sent, 3);
  }

  @Test
  @DisplayName("T-46 the id of a message that ended is free again after the window")
  default void id_is_free_again_after_the_window() {
    Scene scene = Scene.open(harness());
    if (isWithout(scene)) {
      return;
    }
    scene.accepted("m");
    Recipient recipient = scene.recipient();
    InMessage message = recipient.next();
    scene.advance(scene.ticks(7));
    assertThat(duplicate(scene, "m").state()).as("not ended").isEqualTo(MessageState.RUNNING);
    recipient.ack(message);
    scene.advance(scene.ticks(5));
    duplicate(scene, "m");
    scene.advance(scene.ticks(2));

    scene.accepted("m");
    InMessage again = recipient.next();
    assertThat(again.id()).isEqualTo("m");
    assertThat(again.attempt()).isEqualTo(1);
    scene.assertCount(QueueStats::sent, 2);
  }

  @Test
  @DisplayName("T-47 ids are remembered over a restart and a crash")
  default void ids_are_remembered_over_a_restart() {
    Scene scene = Scene.open(harness());
    if (isWithout(scene)) {
      return;
    }
    scene.accepted(scene.message("waiting", scene.ticks(90)));
    scene.kill("dead");
    scene.accepted("succeeded");
    Recipient recipient = scene.recipient();
    recipient.ack(recipient.next());

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      scene.accepted("waiting", "dead", "succeeded");
      return;
    }
    scene.restart();
    assertThat(duplicate(scene, "waiting").state()).isEqualTo(MessageState.SCHEDULED);
    assertThat(duplicate(scene, "dead").state()).isEqualTo(MessageState.DEAD);
    assertThat(duplicate(scene, "succeeded").state()).isEqualTo(MessageState.SUCCEEDED);
    scene.assertCount(QueueStats::sent, 3);
    scene.advance(scene.ticks(7));
    scene.accepted("succeeded");
  }
}
