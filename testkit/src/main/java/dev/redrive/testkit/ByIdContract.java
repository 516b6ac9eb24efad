// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.Transition;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.History;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Finding and cancelling a message by its id. */
interface ByIdContract extends Chapter {

  /** True if the transport knows no ids, having checked that it says so. */
  private static boolean isRefused(Scene scene) {
    if (scene.has(Capability.MESSAGE_BY_ID)) {
      return false;
    }
    scene.accepted("m");
    assertThat(scene.failure(() -> scene.transport().find(scene.queue(), "m")))
        .isInstanceOf(UnsupportedCapabilityException.class);
    assertThat(scene.failure(() -> scene.transport().cancel(scene.queue(), "m")))
        .isInstanceOf(UnsupportedCapabilityException.class);
    assertThat(scene.takeAll(1)).containsExactly("m");
    return true;
  }

  private static Optional<MessageStatus> find(Scene scene, String id) {
    return scene.await(scene.transport().find(scene.queue(), id));
  }

  private static boolean cancel(Scene scene, String id) {
    return scene.await(scene.transport().cancel(scene.queue(), id));
  }

  @Test
  @DisplayName("T-60 a message is found with its state, or finding is refused")
  default void message_is_found_with_its_state() {
    Scene scene = Scene.open(harness());
    if (isRefused(scene)) {
      return;
    }
    assertThat(find(scene, "m")).isEmpty();
    OutMessage sent = scene.message("m", scene.ticks(2));
    scene.accepted(sent);
    MessageStatus scheduled = assertFound(scene, MessageState.SCHEDULED, 0);
    assertThat(scheduled.dueAt()).isEqualTo(Optional.of(sent.notBefore()));
    assertThat(scheduled.queue()).isEqualTo(scene.queue());
    scene.advance(scene.ticks(3));
    assertFound(scene, MessageState.READY, 0);

    Recipient recipient = scene.recipient();
    InMessage message = recipient.next();
    assertThat(assertFound(scene, MessageState.RUNNING, 0).firstSeen())
        .isEqualTo(message.firstSeen());
    recipient.begin(message);
    assertFound(scene, MessageState.RUNNING, 1);
    Transition failed =
        new Transition(scene.in(Duration.ZERO), MessageState.RETRYING, 1, "it failed");
    recipient.settle(
        new Settlement.Retry(
            message.lease(),
            scene.in(scene.ticks(2)),
            Map.of(WireHeaders.HISTORY, History.append("", failed))));
    assertThat(assertFound(scene, MessageState.RETRYING, 1).history()).isEqualTo(List.of(failed));
    scene.advance(scene.ticks(3));
    assertFound(scene, MessageState.RETRYING, 1);
    recipient.kill(recipient.next());
    assertThat(assertFound(scene, MessageState.DEAD, 1).dueAt()).isEmpty();
    scene.await(scene.deadLetters().replay(DeadLetterFilter.all(), 1));
    assertFound(scene, MessageState.READY, 0);
    recipient.ack(recipient.next());
    assertThat(assertFound(scene, MessageState.SUCCEEDED, 1).dueAt()).isEmpty();
  }

  private static MessageStatus assertFound(Scene scene, MessageState state, int attempts) {
    MessageStatus status = find(scene, "m").orElseThrow();
    assertThat(status.id()).isEqualTo("m");
    assertThat(status.state()).isEqualTo(state);
    assertThat(status.attempts()).as("attempts while %s", state).isEqualTo(attempts);
    return status;
  }

  @Test
  @DisplayName("T-61 what waits can be cancelled, and then never comes")
  default void what_waits_can_be_cancelled() {
    Scene scene = Scene.open(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.accepted(scene.message("scheduled", scene.ticks(2)));
    scene.accepted("retried", "deferred", "ready");
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(2);
    recipient.retry(messages.get(0), scene.ticks(2));
    recipient.defer(messages.get(1), scene.ticks(2));
    OutMessage made =
        new OutMessage("made-by-the-engine", true, "", scene.now(), Map.of(), new byte[0]);
    scene.accepted(made);

    for (String id : List.of("scheduled", "retried", "deferred", "ready", made.id())) {
      assertThat(cancel(scene, id)).as(id).isTrue();
      assertThat(cancel(scene, id)).as("%s again", id).isFalse();
    }
    assertThat(find(scene, "ready").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
    scene.advance(scene.ticks(5));
    recipient.nothing("all were cancelled");
    scene.assertCount(QueueStats::cancelled, 5);
    scene.assertCount(QueueStats::waiting, 0);
    scene.assertCount(QueueStats::retrying, 0);
  }

  @Test
  @DisplayName("T-62 what is leased, dead, ended or unknown cannot be cancelled")
  default void what_does_not_wait_cannot_be_cancelled() {
    Scene scene = Scene.open(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.kill("dead");
    scene.accepted("ended", "leased", "begun");
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(3);
    recipient.ack(messages.get(0));
    recipient.begin(messages.get(2));

    for (String id : List.of("dead", "ended", "leased", "begun", "unknown")) {
      assertThat(cancel(scene, id)).as(id).isFalse();
    }
    assertThat(recipient.ack(messages.get(1))).isEqualTo(Settled.DONE);
    assertThat(recipient.ack(messages.get(2))).isEqualTo(Settled.DONE);
    assertThat(scene.await(scene.deadLetters().find("dead"))).isPresent();
    scene.assertCount(QueueStats::cancelled, 0);
  }

  @Test
  @DisplayName("T-63 what was cancelled stays so over a restart and a crash")
  default void cancellation_holds() {
    Scene scene = Scene.open(harness());
    if (isRefused(scene)) {
      return;
    }
    scene.accepted("m");
    assertThat(cancel(scene, "m")).isTrue();

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    scene.restart();
    scene.recipient().nothing("it was cancelled");
    assertThat(find(scene, "m").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
    scene.assertCount(QueueStats::cancelled, 1);
  }
}
