// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.QueueStats;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many messages are where, and how many waiting ones are let in. */
interface StatsContract extends Chapter {

  /** Sent, waiting, retrying, running, succeeded, dead, purged, cancelled. */
  private static void assertCounts(Scene scene, Integer... expected) {
    QueueStats stats = scene.conserved();
    if (scene.has(Capability.EXACT_COUNTS)) {
      List<Integer> counts =
          List.of(
              (int) stats.sent(),
              (int) stats.waiting(),
              (int) stats.retrying(),
              (int) stats.running(),
              (int) stats.succeeded(),
              (int) stats.dead(),
              (int) stats.purged(),
              (int) stats.cancelled());
      assertThat(counts)
          .as("sent, waiting, retrying, running, succeeded, dead, purged, cancelled")
          .containsExactly(expected);
    }
  }

  @Test
  @DisplayName("T-64 counts add up after every step, and are exact or said to be not")
  default void counts_add_up() {
    Scene scene = Scene.open(harness());
    assertCounts(scene, 0, 0, 0, 0, 0, 0, 0, 0);
    scene.accepted("a", "b", "c", "d", "e");
    scene.accepted(scene.message("later", scene.ticks(90)));
    assertCounts(scene, 6, 6, 0, 0, 0, 0, 0, 0);
    if (scene.has(Capability.DEDUPLICATION)) {
      scene.publish(scene.message("a"));
      assertCounts(scene, 6, 6, 0, 0, 0, 0, 0, 0);
    }
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(5);
    assertCounts(scene, 6, 1, 0, 5, 0, 0, 0, 0);
    messages.forEach(recipient::begin);
    assertCounts(scene, 6, 1, 0, 5, 0, 0, 0, 0);
    recipient.ack(messages.get(0));
    assertCounts(scene, 6, 1, 0, 4, 1, 0, 0, 0);
    recipient.kill(messages.get(1));
    recipient.kill(messages.get(2));
    assertCounts(scene, 6, 1, 0, 2, 1, 2, 0, 0);
    recipient.retry(messages.get(3), scene.ticks(90));
    assertCounts(scene, 6, 2, 1, 1, 1, 2, 0, 0);
    recipient.defer(messages.get(4), scene.ticks(90));
    assertCounts(scene, 6, 3, 1, 0, 1, 2, 0, 0);
    scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("b")), 1));
    assertCounts(scene, 6, 3, 1, 0, 1, 1, 1, 0);
    scene.await(scene.deadLetters().replay(DeadLetterFilter.ids(Set.of("c")), 1));
    assertCounts(scene, 6, 4, 1, 0, 1, 0, 1, 0);
    recipient.discard(recipient.next());
    assertCounts(scene, 6, 3, 1, 0, 1, 0, 1, 1);
    recipient.close();
    assertCounts(scene, 6, 3, 1, 0, 1, 0, 1, 1);
  }

  @Test
  @DisplayName("T-65 the age of the queue is told by what is due and waits longest")
  default void oldest_due_is_told() {
    Scene scene = Scene.open(harness());
    assertThat(scene.stats().oldestDueAt()).isEmpty();
    OutMessage second = scene.message("second", scene.ticks(2));
    OutMessage first = scene.message("first", scene.ticks(1));
    scene.accepted(second, first, scene.message("later", scene.ticks(90)));
    if (!scene.has(Capability.EXACT_COUNTS)) {
      scene.conserved();
      return;
    }
    assertThat(scene.stats().oldestDueAt()).as("none is due").isEmpty();
    scene.advance(scene.ticks(3));
    assertThat(scene.stats().oldestDueAt()).isEqualTo(Optional.of(first.notBefore()));

    Recipient recipient = scene.recipient();
    recipient.next();
    assertThat(scene.stats().oldestDueAt()).isEqualTo(Optional.of(second.notBefore()));
    recipient.next();
    assertThat(scene.stats().oldestDueAt()).as("none that is due waits").isEmpty();
  }

  @Test
  @DisplayName("T-66 counts survive a restart and a crash")
  default void counts_survive() {
    Scene scene = Scene.open(harness());
    scene.kill("dead", "purged");
    scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("purged")), 1));
    scene.accepted("succeeded", "dropped", "retried", "leased");
    Recipient recipient = scene.recipient(scene.shortLease());
    List<InMessage> messages = recipient.next(4);
    recipient.ack(messages.get(0));
    recipient.discard(messages.get(1));
    recipient.retry(messages.get(2), scene.ticks(90));
    assertCounts(scene, 6, 1, 1, 1, 1, 1, 1, 1);

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    assertCounts(scene, 6, 2, 1, 0, 1, 1, 1, 1);
    scene.restart();
    assertCounts(scene, 6, 2, 1, 0, 1, 1, 1, 1);
  }
}
