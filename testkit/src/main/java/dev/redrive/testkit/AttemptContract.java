// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which attempts count. */
interface AttemptContract extends Chapter {

  @Test
  @DisplayName("T-19 an attempt that began counts after a crash, as an attempt and as a crash")
  default void begun_attempt_counts_after_a_crash() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient(scene.shortLease());
    InMessage first = recipient.next();
    assertThat(recipient.begin(first)).isEqualTo(Settled.DONE);

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    InMessage second = scene.recipient().next();
    boolean isMarked = scene.has(Capability.ATTEMPT_MARK);
    assertThat(second.attempt()).isEqualTo(isMarked ? 2 : 1);
    assertThat(second.crashes()).isEqualTo(isMarked ? 1 : 0);
    assertThat(second.headers()).isEqualTo(first.headers());
    assertThat(second.firstSeen()).isEqualTo(first.firstSeen());
  }

  @Test
  @DisplayName("T-20 a message handed over and not begun comes again unchanged after a crash")
  default void attempt_that_did_not_begin_does_not_count() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    scene.recipient(scene.shortLease()).next();

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    InMessage second = scene.recipient().next();
    assertThat(second.attempt()).isEqualTo(1);
    assertThat(second.crashes()).isZero();
  }

  @Test
  @DisplayName("T-21 to begin again under one lease is one attempt")
  default void beginning_again_is_one_attempt() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient(scene.shortLease());
    InMessage first = recipient.next();

    assertThat(recipient.begin(first)).isEqualTo(Settled.DONE);
    assertThat(recipient.begin(first)).isEqualTo(Settled.DONE);

    assertThat(recipient.retry(first, Duration.ZERO)).isEqualTo(Settled.DONE);
    assertThat(recipient.next().attempt()).isEqualTo(2);
  }

  @Test
  @DisplayName("T-22 a retry counts one attempt")
  default void retry_counts_one_attempt() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient();

    for (int attempt = 1; attempt <= 20; attempt++) {
      InMessage message = recipient.next();
      assertThat(message.attempt()).isEqualTo(attempt);
      assertThat(message.crashes()).isZero();
      recipient.begin(message);
      assertThat(recipient.retry(message, Duration.ZERO)).isEqualTo(Settled.DONE);
    }
  }

  @Test
  @DisplayName("T-23 a deferral counts no attempt, begun or not")
  default void deferral_counts_no_attempt() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient();

    InMessage first = recipient.next();
    assertThat(recipient.defer(first, Duration.ZERO)).isEqualTo(Settled.DONE);
    InMessage second = recipient.next();
    assertThat(second.attempt()).isEqualTo(1);
    recipient.begin(second);
    assertThat(recipient.defer(second, Duration.ZERO)).isEqualTo(Settled.DONE);
    InMessage third = recipient.next();
    assertThat(third.attempt()).isEqualTo(1);
    recipient.begin(third);
    recipient.retry(third, Duration.ZERO);
    InMessage fourth = recipient.next();
    assertThat(fourth.attempt()).isEqualTo(2);
    recipient.begin(fourth);
    assertThat(recipient.defer(fourth, Duration.ZERO)).isEqualTo(Settled.DONE);
    assertThat(recipient.next().attempt()).isEqualTo(2);
    scene.assertCount(QueueStats::retrying, 0);
  }

  @Test
  @DisplayName("T-24 crashes add up, also over retries, and each attempt has its own number")
  default void crashes_add_up() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    if (!scene.isDurable() || !scene.has(Capability.ATTEMPT_MARK)) {
      // T-19 says what a crash does then; a retry still is no crash.
      Recipient recipient = scene.recipient();
      recipient.retry(recipient.next(), Duration.ZERO);
      assertThat(recipient.next().crashes()).isZero();
      return;
    }
    for (int crash = 1; crash <= 3; crash++) {
      Recipient recipient = scene.recipient(scene.shortLease());
      InMessage message = recipient.next();
      assertThat(message.attempt()).isEqualTo(2 * crash - 1);
      assertThat(message.crashes()).isEqualTo(crash - 1);
      recipient.begin(message);
      recipient.settle(new Settlement.Retry(message.lease(), scene.now(), Map.of()));
      InMessage retried = recipient.next();
      assertThat(retried.attempt()).isEqualTo(2 * crash);
      assertThat(retried.crashes()).isEqualTo(crash - 1);
      recipient.begin(retried);
      scene.crash();
    }
    InMessage last = scene.recipient().next();
    assertThat(last.attempt()).isEqualTo(7);
    assertThat(last.crashes()).isEqualTo(3);
  }
}
