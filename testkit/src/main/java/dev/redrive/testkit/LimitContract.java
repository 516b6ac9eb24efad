// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.QueueStats;
import dev.redrive.SendRefusedException;
import dev.redrive.Settled;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.PublishResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many messages may wait. */
interface LimitContract extends Chapter {

  /** Provisions a limit; true if the transport has no limits, and refused it. */
  private static boolean isRefused(Scene scene, long maxWaiting) {
    if (scene.has(Capability.MAX_WAITING)) {
      scene.provision(scene.limitedSpec(maxWaiting));
      return false;
    }
    assertThat(scene.failure(() -> scene.transport().provision(scene.limitedSpec(maxWaiting))))
        .isInstanceOf(UnsupportedCapabilityException.class);
    return true;
  }

  private static void assertOverflow(PublishResult result) {
    assertThat(result).isInstanceOf(PublishResult.Refused.class);
    assertThat(((PublishResult.Refused) result).cause())
        .isEqualTo(SendRefusedException.Cause.OVERFLOW);
    assertThat(((PublishResult.Refused) result).message()).isNotBlank();
  }

  @Test
  @DisplayName(
      "T-67 more than may wait is refused, and nothing of it is stored, or no limit is taken")
  default void more_than_may_wait_is_refused() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene, 3)) {
      return;
    }
    scene.accepted(scene.message("a", scene.ticks(90)));
    List<PublishResult> results =
        scene.publish(
            scene.message("b"), scene.message("c"), scene.message("d"), scene.message("e"));

    assertThat(results.subList(0, 2)).hasOnlyElementsOfType(PublishResult.Accepted.class);
    assertOverflow(results.get(2));
    assertOverflow(results.get(3));
    scene.assertCount(QueueStats::sent, 3);
    Recipient recipient = scene.recipient();
    InMessage leased = recipient.next();
    scene.accepted("f");
    assertOverflow(scene.publish(scene.message("g")).get(0));
    recipient.ack(leased);
    assertOverflow(scene.publish(scene.message("g")).get(0));
    assertThat(recipient.next().id()).isEqualTo("c");
    scene.accepted("d");
    assertThat(recipient.next(2)).extracting(InMessage::id).containsExactly("f", "d");
    recipient.nothing("the others were refused, or are not due");
  }

  @Test
  @DisplayName("T-68 the limit is for what is sent: what is there already always has its place")
  default void what_is_there_has_its_place() {
    Scene scene = Scene.unprovisioned(harness());
    if (isRefused(scene, 2)) {
      return;
    }
    scene.kill("dead");
    scene.accepted("retried", "deferred");
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(2);
    scene.accepted("a", "b");

    assertThat(recipient.retry(messages.get(0), Duration.ZERO)).isEqualTo(Settled.DONE);
    assertThat(recipient.defer(messages.get(1), Duration.ZERO)).isEqualTo(Settled.DONE);
    assertThat(scene.await(scene.deadLetters().replay(DeadLetterFilter.all(), 1))).isEqualTo(1);
    scene.assertCount(QueueStats::waiting, 5);
    assertOverflow(scene.publish(scene.message("c")).get(0));
    scene.provision(scene.limitedSpec(6));
    scene.accepted("c");
    assertOverflow(scene.publish(scene.message("d")).get(0));
    assertThat(scene.takeAll(6))
        .containsExactlyInAnyOrder("retried", "deferred", "dead", "a", "b", "c");
  }
}
