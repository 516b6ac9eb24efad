// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.MessageState;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of a message that is settled. */
interface SettleContract extends Chapter {

  @Test
  @DisplayName("T-25 an acknowledged message never comes again")
  default void acknowledged_message_never_comes_again() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient(scene.shortLease());
    InMessage message = recipient.next();
    recipient.begin(message);
    assertThat(recipient.ack(message)).isEqualTo(Settled.DONE);

    recipient.nothing("it is processed");
    scene.advance(scene.ticks(4));
    recipient.nothing("its lease would have ended by now");
    scene.assertCount(QueueStats::succeeded, 1);
  }

  @Test
  @DisplayName(
      "T-26 a retry, and perhaps a deferral, adds the engine's headers and leaves all else")
  default void retry_merges_headers() {
    Scene scene = Scene.open(harness());
    OutMessage sent = anyMessage(scene);
    scene.accepted(sent);
    Recipient recipient = scene.recipient();

    InMessage first = recipient.next();
    recipient.settle(
        new Settlement.Retry(
            first.lease(), scene.now(), Map.of("redrive-a", "1", "redrive-b", "1 ü")));
    InMessage second = recipient.next();
    recipient.settle(
        new Settlement.Retry(
            second.lease(), scene.now(), Map.of("redrive-b", "2", "redrive-c", "")));
    InMessage deferred = recipient.next();
    Map<String, String> more = Map.of("redrive-c", "deferred");
    recipient.settle(new Settlement.Defer(deferred.lease(), scene.now(), more));
    InMessage third = recipient.next();

    Map<String, String> expected = new HashMap<>(sent.headers());
    expected.putAll(Map.of("redrive-a", "1", "redrive-b", "2", "redrive-c", ""));
    assertThat(deferred.headers()).isEqualTo(expected);
    Map<String, String> added = new HashMap<>(expected);
    added.putAll(more);
    assertThat(third.headers()).isIn(expected, added);
    assertThat(third.body()).isEqualTo(sent.body());
    assertThat(third.id()).isEqualTo(sent.id());
    assertThat(third.key()).isEqualTo(sent.key());
    assertThat(third.firstSeen()).isEqualTo(first.firstSeen());
  }

  @Test
  @DisplayName("T-27 a dead letter says why, when, where and how often, and has what was sent")
  default void dead_letter_says_everything() {
    Scene scene = Scene.open(harness());
    OutMessage sent = anyMessage(scene);
    scene.accepted(sent);
    Recipient recipient = scene.recipient(scene.shortLease());
    InMessage message = recipient.next();
    String failure = "java.lang.IllegalStateException: ümlaut 🚀\n\tat a.B.c\n".repeat(200);
    Transition death =
        new Transition(
            scene.now().truncatedTo(ChronoUnit.MILLIS), MessageState.DEAD, 3, "no; more|tries");
    scene.advance(scene.ticks(1));
    Settlement.Dead dead =
        new Settlement.Dead(
            message.lease(),
            Reason.NOT_RETRYABLE,
            failure,
            "fingerprint",
            3,
            Map.of(
                WireHeaders.HISTORY, History.append("", death), WireHeaders.LAST_FAILURE, "short"));

    assertThat(recipient.settle(dead)).isEqualTo(Settled.DONE);

    DeadLetter letter = scene.await(scene.deadLetters().find("m")).orElseThrow();
    assertThat(letter.id()).isEqualTo("m");
    assertThat(letter.queue()).isEqualTo(scene.queue());
    assertThat(letter.reason()).isEqualTo(Reason.NOT_RETRYABLE);
    assertThat(letter.failure()).isEqualTo(failure);
    assertThat(letter.fingerprint()).isEqualTo("fingerprint");
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.firstSeen()).isEqualTo(message.firstSeen());
    assertThat(letter.diedAt()).isBetween(scene.in(scene.ticks(-1)), scene.now());
    assertThat(letter.diedAt()).isAfter(message.firstSeen());
    assertThat(letter.key()).isEqualTo(Optional.of("key"));
    assertThat(letter.headers()).as("the sender's alone").isEqualTo(Map.of("of", "ü", "x", ""));
    assertThat(letter.body()).isEqualTo(sent.body());
    assertThat(letter.history()).isEqualTo(List.of(death));
    scene.advance(scene.ticks(4));
    recipient.nothing("it is dead");
    scene.assertCount(QueueStats::dead, 1);
  }

  private static OutMessage anyMessage(Scene scene) {
    byte[] body = new byte[3_000];
    new Random(5).nextBytes(body);
    return new OutMessage(
        "m",
        false,
        "key",
        scene.in(Duration.ZERO),
        Map.of("of", "ü", "x", "", "redrive-a", "0"),
        body);
  }

  @Test
  @DisplayName("T-28 a discarded message ends as cancelled, without a dead letter")
  default void discarded_message_ends_as_cancelled() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient(scene.shortLease());
    InMessage message = recipient.next();
    recipient.begin(message);

    assertThat(recipient.discard(message)).isEqualTo(Settled.DONE);

    scene.advance(scene.ticks(4));
    recipient.nothing("it was dropped");
    assertThat(scene.await(scene.deadLetters().find("m"))).isEmpty();
    scene.assertCount(QueueStats::cancelled, 1);
    scene.assertCount(QueueStats::dead, 0);
    scene.assertCount(QueueStats::succeeded, 0);
  }

  @Test
  @DisplayName("T-29 a settlement that was answered DONE holds after a crash")
  default void settlement_holds_after_a_crash() {
    Scene scene = Scene.open(harness());
    scene.accepted("acked", "retried", "deferred", "dead", "dropped");
    Recipient recipient = scene.recipient(scene.ticks(1_000));
    List<InMessage> messages = recipient.next(5);
    messages.forEach(recipient::begin);
    recipient.ack(messages.get(0));
    recipient.settle(
        new Settlement.Retry(
            messages.get(1).lease(), scene.in(scene.ticks(20)), Map.of("redrive-x", "y")));
    recipient.defer(messages.get(2), scene.ticks(10));
    recipient.kill(messages.get(3));
    recipient.discard(messages.get(4));

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    Recipient after = scene.recipient();
    after.nothing("none is due");
    scene.advance(scene.ticks(10));
    InMessage deferred = after.next();
    assertThat(deferred.id()).isEqualTo("deferred");
    assertThat(deferred.attempt()).isEqualTo(1);
    after.nothing("the retry is not due");
    scene.advance(scene.ticks(10));
    InMessage retried = after.next();
    assertThat(retried.id()).isEqualTo("retried");
    assertThat(retried.attempt()).isEqualTo(2);
    assertThat(retried.crashes()).isZero();
    assertThat(retried.headers()).containsEntry("redrive-x", "y");
    after.nothing("the others have ended");
    assertThat(scene.await(scene.deadLetters().find("dead"))).isPresent();
    scene.assertCount(QueueStats::dead, 1);
  }
}
