// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static dev.redrive.transport.kafka.DeadScene.ALL;
import static dev.redrive.transport.kafka.DeadScene.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.TransportException;
import dev.redrive.retry.Reason;
import dev.redrive.spi.WireHeaders;
import dev.redrive.testkit.Poll;
import dev.redrive.transport.kafka.DeadScene.Clerk;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of dead letters, of records in a real topic. */
@Timeout(120)
class KafkaDeadLettersTest {
  /** What a small transport has for its index: nothing, so that it passes over the topic. */
  private static final long NO_MEMORY = 2_000;

  private static List<String> ids(List<DeadLetter> letters) {
    return letters.stream().map(DeadLetter::id).toList();
  }

  private static DeadLetterFilter text(String text) {
    return new DeadLetterFilter(
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(text),
        Optional.empty(),
        Optional.empty());
  }

  @ParameterizedTest(name = "T-48 pages show all in the order of deaths, with {0} bytes of memory")
  @ValueSource(longs = {LetterMemory.BYTES_MAX, NO_MEMORY})
  void pages_show_all_in_the_order_of_deaths(long memory) {
    try (DeadScene scene = new DeadScene("pages-" + memory)) {
      Clerk clerk = scene.clerk(scene.bootstrap(), memory);
      assertThat(clerk.page(Optional.empty(), 1))
          .isEqualTo(new DeadLetterPage(List.of(), Optional.empty()));
      scene.kill("z", "y", "a");
      scene.kill("x", "b", "w", "c");

      List<String> seen = new ArrayList<>();
      Optional<String> cursor = Optional.empty();
      do {
        DeadLetterPage page = clerk.page(cursor, 3);
        seen.addAll(ids(page.items()));
        cursor = page.next();
      } while (cursor.isPresent());

      assertThat(seen).containsExactly("z", "y", "a", "x", "b", "w", "c");
      assertThat(clerk.page(Optional.empty(), 7).next()).as("that was all").isEmpty();
      assertThat(clerk.count()).isEqualTo(7);
    }
  }

  @ParameterizedTest(name = "T-49 pages neither repeat nor leave out, with {0} bytes of memory")
  @ValueSource(longs = {LetterMemory.BYTES_MAX, NO_MEMORY})
  void pages_neither_repeat_nor_leave_out(long memory) {
    try (DeadScene scene = new DeadScene("stable-" + memory)) {
      Clerk clerk = scene.clerk(scene.bootstrap(), memory);
      scene.killMany(0, 10);
      DeadLetterPage first = clerk.page(Optional.empty(), 3);

      DeadLetters letters = clerk.letters();
      await(letters.purge(DeadLetterFilter.ids(Set.of("m0", "m2", "m4")), 10));
      await(letters.replay(DeadLetterFilter.ids(Set.of("m1", "m6")), 10));
      DeadLetterPage second = clerk.page(first.next(), 3);
      assertThat(ids(second.items())).containsExactly("m3", "m5", "m7");
      scene.kill("m10");
      DeadLetterPage third = clerk.page(second.next(), 10);
      assertThat(ids(third.items())).containsExactly("m8", "m9", "m10");
      assertThat(third.next()).isEmpty();
      assertThat(clerk.page(first.next(), 3).items()).hasSize(3);
    }
  }

  @ParameterizedTest(name = "T-50 a filter selects what it says, with {0} bytes of memory")
  @ValueSource(longs = {LetterMemory.BYTES_MAX, NO_MEMORY})
  void a_filter_selects_what_it_says(long memory) {
    try (DeadScene scene = new DeadScene("filter-" + memory)) {
      Clerk clerk = scene.clerk(scene.bootstrap(), memory);
      for (int i = 0; i < 6; i++) {
        String failure = "Timeout " + "…".repeat(i == 3 ? 5_000 : 1) + " of db" + i;
        Reason reason = i % 2 == 0 ? Reason.REJECTED : Reason.EXPIRED;
        scene.write(scene.letter("m" + i, Died.dead(reason, failure, "kind-" + i / 3)));
      }

      assertSelects(clerk, ALL, "m0", "m1", "m2", "m3", "m4", "m5");
      assertSelects(clerk, DeadLetterFilter.ids(Set.of("m4", "m1", "x")), "m1", "m4");
      assertSelects(clerk, text("OF DB3"), "m3");
      assertSelects(clerk, text("key of m5"), "m5");
      DeadLetterFilter several =
          new DeadLetterFilter(
              Set.of(),
              Optional.of(Reason.EXPIRED),
              Optional.of("kind-1"),
              Optional.of("timeout"),
              Optional.of(Died.DIED),
              Optional.of(Died.DIED.plusMillis(1)));
      assertSelects(clerk, several, "m3", "m5");

      assertThat(await(clerk.letters().replay(several, 10))).isEqualTo(2);
      assertThat(await(clerk.letters().purge(text("db2"), 10))).isEqualTo(1);
      assertSelects(clerk, ALL, "m0", "m1", "m4");
      assertThat(scene.replayed()).containsExactlyInAnyOrder("m3", "m5");
    }
  }

  private static void assertSelects(Clerk clerk, DeadLetterFilter filter, String... expected) {
    DeadLetterPage page = await(clerk.letters().browse(filter, Optional.empty(), 1_000));
    assertThat(ids(page.items())).as("%s", filter).containsExactly(expected);
    assertThat(await(clerk.letters().count(filter))).isEqualTo(expected.length);
  }

  @Test
  @DisplayName(
      "T-51, T-52, T-58, T-59 what is moved is gone, for every clerk, and what is not stays")
  void what_is_moved_is_gone_for_every_process() {
    try (DeadScene scene = new DeadScene("gone")) {
      Clerk clerk = scene.clerk();
      Clerk other = scene.clerk();
      scene.kill("replayed", "purged", "kept");
      assertThat(other.count()).isEqualTo(3);
      DeadLetter before = await(clerk.letters().find("kept")).orElseThrow();

      await(clerk.letters().replay(DeadLetterFilter.ids(Set.of("replayed")), 1));
      await(clerk.letters().purge(DeadLetterFilter.ids(Set.of("purged")), 1));

      for (Clerk each : List.of(clerk, other, scene.clerk())) {
        assertThat(each.ids()).containsExactly("kept");
        assertThat(await(each.letters().find("replayed"))).isEmpty();
        assertThat(await(each.letters().find("purged"))).isEmpty();
        assertThat(await(each.letters().find("kept")).orElseThrow())
            .usingRecursiveComparison()
            .isEqualTo(before);
      }
      assertThat(clerk.purged()).hasValue(1);
      assertThat(scene.replayed()).containsExactly("replayed");
    }
  }

  @Test
  @DisplayName("T-53 a limit or a cursor that makes no sense is refused")
  void senseless_arguments_are_refused() {
    try (DeadScene scene = new DeadScene("senseless")) {
      DeadLetters letters = scene.clerk().letters();
      for (int limit : new int[] {-1, 0, 1_001}) {
        assertThatThrownBy(() -> letters.browse(ALL, Optional.empty(), limit))
            .isInstanceOf(IllegalArgumentException.class);
      }
      for (int max : new int[] {-1, 0, 10_001}) {
        assertThatThrownBy(() -> letters.replay(ALL, max))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> letters.purge(ALL, max))
            .isInstanceOf(IllegalArgumentException.class);
      }
      for (String cursor : List.of("no cursor", "", "-1", "1".repeat(19))) {
        assertThatThrownBy(() -> letters.browse(ALL, Optional.of(cursor), 1))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  @DisplayName("T-54 a replayed message is in its partition as it was sent")
  void a_replayed_message_is_as_it_was_sent() {
    try (DeadScene scene = new DeadScene("as-sent")) {
      scene.kill("m");
      assertThat(scene.clerk().replay(10)).isEqualTo(1);

      ConsumerRecord<byte[], byte[]> message = scene.messages().get(0);
      assertThat(message.partition()).isEqualTo(1);
      assertThat(message.key()).isEqualTo("key of m".getBytes(UTF_8));
      assertThat(message.value()).isEqualTo("body of m".getBytes(UTF_8));
      Content content = new Content(message);
      assertThat(content.attempts()).isZero();
      assertThat(content.firstSeen()).isEqualTo(Died.SENT);
      assertThat(content.dueAt(Instant.MAX)).isAfter(Died.DIED);
      assertThat(content.texts())
          .containsEntry("of", "m")
          .containsEntry(WireHeaders.REPLAYS, "1")
          .containsOnlyKeys("of", WireHeaders.REPLAYS, WireHeaders.HISTORY);
    }
  }

  @Test
  @DisplayName("T-55 the oldest are moved first, and fewer than asked means that none is left")
  void the_oldest_are_moved_first() {
    try (DeadScene scene = new DeadScene("oldest")) {
      Clerk clerk = scene.clerk();
      scene.killMany(0, 1_700);
      assertThat(clerk.replay(600)).isEqualTo(600);
      assertThat(clerk.ids().get(0)).isEqualTo("m600");
      assertThat(clerk.purge(600)).isEqualTo(600);
      assertThat(clerk.ids().get(0)).isEqualTo("m1200");
      assertThat(clerk.replay(600)).isEqualTo(500);
      assertThat(clerk.replay(1)).isZero();
      assertThat(clerk.purge(1)).isZero();
      assertThat(clerk.purged()).hasValue(600);
      assertThat(scene.replayed()).doesNotHaveDuplicates().hasSize(1_100);
    }
  }

  @Test
  void a_death_that_is_written_twice_is_one_letter() {
    try (DeadScene scene = new DeadScene("twice")) {
      ProducerRecord<byte[], byte[]> letter = scene.letter("m", Died.dead());
      scene.write(letter);
      Clerk clerk = scene.clerk();
      assertThat(clerk.count()).isEqualTo(1);
      scene.write(letter);
      // Another message of that id.
      scene.write(scene.letter("m", Died.dead()));

      assertThat(clerk.count()).isEqualTo(2);
      assertThat(clerk.replay(10)).isEqualTo(2);
      assertThat(scene.replayed()).containsExactly("m", "m");
    }
  }

  @Test
  void records_of_others_are_shown_moved_and_ended() {
    try (DeadScene scene = new DeadScene("others")) {
      Clerk clerk = scene.clerk();
      scene.kill("ours");
      scene.write(record(scene, "k1", "payload"));
      scene.write(record(scene, "k2", "payload"));
      scene.write(record(scene, "k3", "payload"));
      scene.write(record(scene, "never seen", null));
      scene.write(record(scene, "k3", null));

      List<DeadLetter> letters = clerk.page(Optional.empty(), 10).items();
      assertThat(letters)
          .extracting(DeadLetter::key)
          .containsExactly(Optional.of("key of ours"), Optional.of("k1"), Optional.of("k2"));
      String id = letters.get(1).id();
      assertThat(id).startsWith(scene.dead() + "-0-");
      assertThat(await(clerk.letters().replay(DeadLetterFilter.ids(Set.of(id)), 1))).isEqualTo(1);
      assertThat(await(clerk.letters().purge(text("k2"), 1))).isEqualTo(1);

      assertThat(clerk.ids()).containsExactly("ours");
      assertThat(scene.clerk().ids()).containsExactly("ours");
      assertThat(scene.replayed()).containsExactly(id);
    }
  }

  private static ProducerRecord<byte[], byte[]> record(
      DeadScene scene, String key, @Nullable String value) {
    return new ProducerRecord<>(
        scene.dead(), key.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8));
  }

  @Test
  void letters_are_read_and_moved_after_the_topic_was_compacted() {
    Map<String, String> eager = Map.of("min.cleanable.dirty.ratio", "0.01", "segment.ms", "100");
    try (DeadScene scene = new DeadScene("compacted", eager)) {
      Clerk clerk = scene.clerk();
      Clerk late = scene.clerk();
      scene.killMany(0, 300);
      DeadLetterPage first = clerk.page(Optional.empty(), 100);
      assertThat(late.count()).isEqualTo(300);
      scene.write(scene.letter("last", Died.dead()));
      assertThat(await(clerk.letters().purge(text("m1"), 1_000))).isEqualTo(111);
      assertThat(await(clerk.letters().replay(text("m29"), 1_000))).isEqualTo(11);

      Poll.until(
          "the tombstoned letters to be deleted",
          DeadScene.BOUND,
          () -> {
            // A segment is closed when more is written.
            scene.write(record(scene, "roll", null));
            return scene.recordsOf(scene.dead()) < 330;
          });

      for (Clerk each : List.of(clerk, late, scene.clerk())) {
        assertThat(each.count()).isEqualTo(179);
        assertThat(each.ids()).hasSize(179).startsWith("m0", "m2", "m3").endsWith("m289", "last");
      }
      assertThat(ids(clerk.page(first.next(), 2).items())).containsExactly("m200", "m201");
      assertThat(late.replay(1_000)).isEqualTo(179);
      assertThat(scene.replayed()).doesNotHaveDuplicates().hasSize(190);
    }
  }

  @Test
  void a_topic_that_was_truncated_or_made_again_is_read_anew() {
    Map<String, String> deletable = Map.of("cleanup.policy", "compact,delete");
    try (DeadScene scene = new DeadScene("truncated", deletable)) {
      Clerk clerk = scene.clerk();
      scene.killMany(0, 20);
      assertThat(clerk.count()).isEqualTo(20);
      TopicPartition dead = new TopicPartition(scene.dead(), 0);
      await(
          scene
              .admin()
              .deleteRecords(Map.of(dead, RecordsToDelete.beforeOffset(5)))
              .all()
              .toCompletionStage());
      assertThat(clerk.ids()).hasSize(15).startsWith("m5");

      await(scene.admin().deleteTopics(List.of(scene.dead())).all().toCompletionStage());
      // The controller's answer comes before the broker has heard of it.
      Poll.until(
          "the deleted topic to be gone",
          DeadScene.BOUND,
          () -> catchThrowable(clerk::count) instanceof TransportException);
      scene.create(scene.dead(), 1, Map.of());
      scene.kill("new");

      assertThat(clerk.ids()).containsExactly("new");
      assertThat(clerk.replay(10)).isEqualTo(1);
      assertThat(scene.replayed()).containsExactly("new");
    }
  }

  @Test
  void a_closed_one_refuses_and_frees_what_it_has() {
    try (DeadScene scene = new DeadScene("closing")) {
      Clerk clerk = scene.clerk();
      scene.kill("m");
      assertThat(clerk.replay(1)).isEqualTo(1);
      clerk.topic().close();
      clerk.topic().close();

      assertThatThrownBy(clerk::count)
          .isInstanceOf(TransportException.class)
          .hasMessage("the Kafka transport is closed; open a new one");
    }
  }
}
