// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Due times: never early, and not late without a need. */
interface DelayContract extends Chapter {

  @Test
  @DisplayName("T-30 nothing is handed over before it is due, and all is when it is")
  default void nothing_comes_early() {
    Scene scene = Scene.open(harness());
    Recipient recipient = scene.recipient();
    recipient.request(200);
    for (int i = 0; i < 200; i++) {
      // Odd steps, so that due times fall between those at which time stops.
      Duration delay = harness().tick().multipliedBy(1 + (i * 37) % 200).dividedBy(20);
      scene.accepted(scene.message("m" + i, delay));
    }
    for (int i = 0; i < 10; i++) {
      scene.advance(scene.ticks(1));
      assertThat(recipient.early()).isEmpty();
    }
    scene.advance(scene.ticks(1));
    recipient.next(200);
    assertThat(recipient.early()).isEmpty();
    assertThat(recipient.ids()).doesNotHaveDuplicates().hasSize(200);
  }

  @Test
  @DisplayName("T-31 what is retried or deferred does not come before its new time")
  default void retries_and_deferrals_do_not_come_early() {
    Scene scene = Scene.open(harness());
    scene.accepted("retried", "deferred");
    Recipient recipient = scene.recipient();
    List<InMessage> first = recipient.next(2);
    recipient.retry(first.get(0), scene.ticks(3));
    recipient.defer(first.get(1), scene.ticks(6));

    scene.advance(scene.ticks(2));
    recipient.nothing("neither is due");
    scene.advance(scene.ticks(2));
    InMessage retried = recipient.next();
    assertThat(retried.id()).isEqualTo("retried");
    assertThat(retried.dueAt()).isAfter(first.get(0).dueAt());
    scene.advance(scene.ticks(1));
    recipient.nothing("the deferred one is not due");
    scene.advance(scene.ticks(2));
    assertThat(recipient.next().id()).isEqualTo("deferred");
    assertThat(recipient.early()).isEmpty();
  }

  @Test
  @DisplayName("T-32 the clock may jump: what is due is told by what it shows")
  default void clock_may_jump() {
    Scene scene = Scene.open(harness());
    scene.accepted(scene.message("waiting", scene.ticks(5)));
    scene.accepted(scene.message("due", scene.ticks(1)));
    Recipient recipient = scene.recipient();
    scene.advance(scene.ticks(2));
    // So that the transport has seen the later time.
    scene.conserved();
    boolean isBack = harness().shiftClock(scene.ticks(-100));

    if (isBack) {
      recipient.nothing("neither is due by this clock");
      scene.advance(scene.ticks(50));
      recipient.nothing("neither is due by this clock");
      scene.advance(scene.ticks(50));
    }
    assertThat(recipient.next().id()).isEqualTo("due");
    recipient.nothing("the other one is not due");
    if (isBack) {
      harness().shiftClock(scene.ticks(4));
    }
    scene.advance(scene.ticks(isBack ? 1 : 4));
    assertThat(recipient.next().id()).isEqualTo("waiting");
    assertThat(recipient.early()).isEmpty();
  }

  @Test
  @DisplayName("T-33 due times hold over a restart and a crash")
  default void due_times_hold_over_a_restart() {
    Scene scene = Scene.open(harness());
    scene.accepted(scene.message("sent", scene.ticks(12)));
    scene.accepted("retried");
    Recipient recipient = scene.recipient();
    recipient.retry(recipient.next(), scene.ticks(9));

    scene.restart();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    scene.recipient().nothing("neither is due after the restart");
    scene.crash();
    Recipient after = scene.recipient();
    after.nothing("neither is due after the crash");
    scene.advance(scene.ticks(7));
    assertThat(after.next().id()).isEqualTo("retried");
    after.nothing("the one sent is not due");
    scene.advance(scene.ticks(3));
    assertThat(after.next().id()).isEqualTo("sent");
    assertThat(after.early()).isEmpty();
  }

  @Test
  @DisplayName("T-34 a delay longer than the transport's longest is kept, if need be by deferring")
  default void long_delay_is_kept() {
    Scene scene = Scene.open(harness());
    Duration max = scene.transport().capabilities().maxDelay();
    Duration within = harness().longest().minus(scene.ticks(2));
    Duration delay = max.compareTo(within) < 0 ? max.plus(scene.ticks(1)) : within;
    OutMessage sent = scene.message("m", delay);
    scene.accepted(sent);
    Recipient recipient = scene.recipient();
    recipient.nothing("it is not due");

    scene.advance(delay.minus(harness().tick().dividedBy(2)));
    recipient.nothing("it is not due for half a tick");
    scene.advance(scene.ticks(1));
    assertThat(recipient.next().dueAt()).isEqualTo(sent.notBefore());
    assertThat(recipient.early()).isEmpty();
  }

  @Test
  @DisplayName("T-35 a message with a long delay holds up none with a shorter one")
  default void long_delay_holds_up_none() {
    Scene scene = Scene.open(harness());
    Recipient recipient = scene.recipient();
    recipient.nothing("nothing was sent");
    scene.accepted(scene.message("long", scene.ticks(20)));
    scene.accepted(scene.message("short", scene.ticks(3)));
    recipient.nothing("neither is due");

    scene.advance(scene.ticks(4));
    assertThat(recipient.next().id()).isEqualTo("short");
    scene.accepted("now");
    assertThat(recipient.next().id()).isEqualTo("now");
    scene.advance(scene.ticks(17));
    assertThat(recipient.next().id()).isEqualTo("long");
  }
}
