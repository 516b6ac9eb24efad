// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.MessageState;
import dev.redrive.QueueStats;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sending dead letters back, and deleting them. */
interface ReplayContract extends Chapter {

  private static int replay(Scene scene, int max) {
    return scene.await(scene.deadLetters().replay(DeadLetterFilter.all(), max));
  }

  private static int purge(Scene scene, int max) {
    return scene.await(scene.deadLetters().purge(DeadLetterFilter.all(), max));
  }

  @Test
  @DisplayName("T-54 a replayed message is as it was sent, with all attempts before it")
  default void replayed_message_is_as_it_was_sent() {
    Scene scene = Scene.open(harness());
    OutMessage sent = scene.message("m", "key");
    scene.accepted(sent);
    Recipient recipient = scene.recipient();
    InMessage first = recipient.next();
    scene.advance(scene.ticks(2));
    recipient.retry(first, Duration.ZERO);
    recipient.kill(recipient.next());

    for (int replays = 1; replays <= 2; replays++) {
      scene.advance(scene.ticks(5));
      assertThat(replay(scene, 10)).isEqualTo(1);
      assertThat(scene.await(scene.deadLetters().find("m"))).isEmpty();
      scene.assertCount(QueueStats::waiting, 1);
      scene.assertCount(QueueStats::retrying, 0);

      InMessage message = recipient.next();
      assertThat(message.id()).isEqualTo("m");
      assertThat(message.key()).isEqualTo("key");
      assertThat(message.attempt()).isEqualTo(1);
      assertThat(message.crashes()).isZero();
      assertThat(message.body()).isEqualTo(sent.body());
      assertThat(message.firstSeen()).isEqualTo(first.firstSeen());
      assertThat(message.headers())
          .containsAllEntriesOf(sent.headers())
          .containsEntry(WireHeaders.REPLAYS, Integer.toString(replays));
      assertThat(message.headers().keySet())
          .filteredOn(name -> !name.startsWith(WireHeaders.PREFIX))
          .containsExactlyInAnyOrderElementsOf(sent.headers().keySet());
      List<Transition> history =
          History.parse(message.headers().getOrDefault(WireHeaders.HISTORY, ""));
      assertThat(history).hasSize(replays);
      assertThat(history.get(replays - 1).to()).isEqualTo(MessageState.READY);
      assertThat(history.get(replays - 1).cause()).contains("replayed");
      recipient.kill(message);
    }
  }

  @Test
  @DisplayName("T-55 replay and purge take the oldest first, and as many as they may")
  default void oldest_first_and_as_many_as_they_may() {
    Scene scene = Scene.open(harness());
    scene.kill("z", "y", "x", "w", "v", "u");

    assertThat(replay(scene, 2)).isEqualTo(2);
    assertThat(scene.takeAll(2)).containsExactlyInAnyOrder("z", "y");
    assertThat(purge(scene, 1)).isEqualTo(1);
    assertThat(scene.await(scene.deadLetters().find("x"))).isEmpty();
    assertThat(replay(scene, 10_000)).isEqualTo(3);
    assertThat(scene.takeAll(3)).containsExactlyInAnyOrder("w", "v", "u");
    assertThat(replay(scene, 1)).isZero();
    assertThat(purge(scene, 1)).isZero();
    scene.assertCount(QueueStats::purged, 1);
    scene.assertCount(QueueStats::succeeded, 5);
  }

  @Test
  @DisplayName("T-56 of replays at the same time each dead letter enters its queue once")
  default void replays_at_the_same_time() {
    Scene scene = Scene.open(harness());
    String[] ids = new String[60];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = "m" + i;
    }
    scene.kill(ids);
    AtomicInteger replayed = new AtomicInteger();
    Crew crew = new Crew();
    for (int i = 0; i < 4; i++) {
      crew.start(
          () -> {
            for (int n = 1; n > 0; replayed.addAndGet(n)) {
              n = crew.get(scene.deadLetters().replay(DeadLetterFilter.all(), 7));
            }
          });
    }
    crew.finish(scene);

    assertThat(replayed).hasValue(60);
    assertThat(scene.takeAll(60)).containsExactlyInAnyOrder(ids);
    scene.assertCount(QueueStats::succeeded, 60);
  }

  @Test
  @DisplayName("T-57 a crash in the middle of a replay neither loses nor doubles")
  default void crash_in_the_middle_of_a_replay() {
    Scene scene = Scene.open(harness());
    String[] ids = {"a", "b", "c", "d", "e", "f", "g", "h"};
    scene.kill(ids);
    CompletableFuture<Integer> first =
        scene.deadLetters().replay(DeadLetterFilter.all(), 3).toCompletableFuture();
    CompletableFuture<Integer> second =
        scene.deadLetters().replay(DeadLetterFilter.all(), 3).toCompletableFuture();

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    int dead = (int) (long) scene.await(scene.deadLetters().count(DeadLetterFilter.all()));
    scene.assertCount(QueueStats::dead, dead);
    scene.assertCount(QueueStats::waiting, 8 - dead);
    int answered =
        (first.isDone() && !first.isCompletedExceptionally() ? first.join() : 0)
            + (second.isDone() && !second.isCompletedExceptionally() ? second.join() : 0);
    assertThat(8 - dead).as("what was answered holds").isGreaterThanOrEqualTo(answered);
    assertThat(replay(scene, 100)).isEqualTo(dead);
    assertThat(scene.takeAll(8)).containsExactlyInAnyOrder(ids);
  }

  @Test
  @DisplayName("T-58 what is purged is gone for good")
  default void purged_is_gone_for_good() {
    Scene scene = Scene.open(harness());
    scene.kill("a", "b");
    assertThat(scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("a")), 5)))
        .isEqualTo(1);

    assertThat(scene.await(scene.deadLetters().count(DeadLetterFilter.all()))).isEqualTo(1);
    assertThat(scene.await(scene.deadLetters().replay(DeadLetterFilter.ids(Set.of("a")), 5)))
        .isZero();
    scene.recipient().nothing("one is purged, the other is dead");
    scene.assertCount(QueueStats::purged, 1);
    scene.crash();
    if (scene.isDurable()) {
      assertThat(scene.await(scene.deadLetters().find("a"))).isEmpty();
      scene.recipient().nothing("one is purged, the other is dead");
      scene.assertCount(QueueStats::purged, 1);
    }
  }

  @Test
  @DisplayName(
      "T-59 a replay is one with all it changes: nothing of before comes back after a crash")
  default void replayed_message_survives_a_crash() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient(scene.shortLease());
    InMessage message = recipient.next();
    recipient.begin(message);
    recipient.settle(new Settlement.Retry(message.lease(), scene.now(), Map.of("redrive-x", "y")));
    recipient.kill(recipient.next());
    assertThat(replay(scene, 1)).isEqualTo(1);

    scene.crash();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    assertThat(replay(scene, 1)).isZero();
    InMessage replayed = scene.recipient().next();
    assertThat(replayed.attempt()).isEqualTo(1);
    assertThat(replayed.crashes()).isZero();
    assertThat(replayed.headers()).containsEntry(WireHeaders.REPLAYS, "1");
    scene.assertCount(QueueStats::dead, 0);
  }

  @Test
  @DisplayName("T-82 a replay leaves out a deadline that has passed, and keeps one to come")
  default void replay_leaves_out_a_deadline_that_has_passed() {
    Scene scene = Scene.open(harness());
    Recipient recipient = scene.recipient();
    for (String id : List.of("passed", "to come")) {
      OutMessage plain = scene.message(id);
      int ticks = id.equals("passed") ? 5 : 500;
      Map<String, String> headers = new HashMap<>(plain.headers());
      headers.put(WireHeaders.DEADLINE, scene.in(scene.ticks(ticks)).toString());
      scene.accepted(new OutMessage(id, false, "", plain.notBefore(), headers, plain.body()));
      InMessage message = recipient.next();
      recipient.settle(
          new Settlement.Dead(message.lease(), Reason.EXPIRED, "late", "late", 0, Map.of()));
    }

    scene.advance(scene.ticks(10));
    assertThat(replay(scene, 2)).isEqualTo(2);

    for (int i = 0; i < 2; i++) {
      InMessage replayed = recipient.next();
      assertThat(replayed.headers()).containsEntry("of", replayed.id());
      if (replayed.id().equals("passed")) {
        assertThat(replayed.headers()).doesNotContainKey(WireHeaders.DEADLINE);
      } else {
        assertThat(replayed.headers()).containsKey(WireHeaders.DEADLINE);
      }
    }
  }
}
