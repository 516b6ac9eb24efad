// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.MessageState;
import dev.redrive.TransportState;
import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WriteBatch;

/** Records whose checksum is wrong, and what becomes of them and of the others. */
class DamageTest {
  @TempDir private Path root;

  private Path folder() {
    return root.resolve("data");
  }

  @Test
  void damaged_message_becomes_a_dead_letter_that_cannot_be_replayed() throws Exception {
    try (Desk desk = Desk.open(folder())) {
      desk.send("good");
      desk.send("bad");
    }
    damage(Family.IDS, Family.QUEUE, "bad");
    try (Desk desk = Desk.open(folder())) {
      assertThat(desk.next().id()).isEqualTo("good");
      desk.subscription().request(1);
      desk.await("the dead letter", () -> desk.stats().dead() == 1);

      DeadLetter letter =
          desk.await(desk.transport().deadLetters(Desk.QUEUE).find("bad")).orElseThrow();
      assertThat(letter.reason()).isEqualTo(Reason.UNDECODABLE);
      assertThat(letter.failure()).contains("damaged");
      assertThat(letter.body()).isEmpty();
      assertThat(replayAll(desk)).isZero();
      assertThat(desk.arrived()).isEmpty();
      assertThat(desk.stats().waiting() + desk.stats().running()).isEqualTo(1);
    }
  }

  @Test
  void damaged_message_that_was_running_in_a_crash_is_buried_and_the_others_count()
      throws Exception {
    killInTheMiddleOf("bad", "good");
    damage(Family.IDS, Family.QUEUE, "bad");
    try (Desk desk = Desk.open(folder())) {
      InMessage good = desk.next();
      assertThat(good.id()).isEqualTo("good");
      assertThat(good.attempt()).isEqualTo(2);
      desk.await("the dead letter", () -> desk.stats().dead() == 1);
    }
  }

  @Test
  void damaged_idempotency_key_counts_as_free_and_is_kept_aside() throws Exception {
    try (Desk desk = Desk.open(folder())) {
      IdempotencyStore store = desk.transport().idempotencyStore().orElseThrow();
      Begun.New begun = (Begun.New) desk.await(store.begin("k", Duration.ofHours(1)));
      desk.await(store.complete("k", begun.owner(), new byte[] {1}, Duration.ofHours(1)));
    }
    change(Family.IDEMPOTENCY, Keys.idempotency("k"));
    try (Desk desk = Desk.open(folder())) {
      IdempotencyStore store = desk.transport().idempotencyStore().orElseThrow();
      assertThat(desk.await(store.begin("k", Duration.ofHours(1)))).isInstanceOf(Begun.New.class);
    }
    try (DataFolder data = DataFolder.open(folder());
        Store store = Store.open(data)) {
      assertThat(store.get(Family.QUARANTINE, Keys.idempotency("k"))).isPresent();
    }
  }

  @Test
  void damaged_mark_of_an_attempt_costs_no_more_than_that_attempt() throws Exception {
    killInTheMiddleOf("bad", "good");
    change(Family.RUNNING, Keys.running(1, 1));
    try (Desk desk = Desk.open(folder())) {
      InMessage bad = desk.next();
      assertThat(bad.id()).isEqualTo("bad");
      assertThat(bad.attempt()).isEqualTo(1);
      assertThat(desk.next().attempt()).isEqualTo(2);
    }
  }

  /** Leaves a store whose process was killed while it attempted these. */
  private void killInTheMiddleOf(String... ids) {
    Path live = root.resolve("live");
    try (Desk desk = Desk.open(live)) {
      for (String id : ids) {
        desk.send(id);
        desk.begin(desk.next());
      }
      Folders.copyAsKilled(live, folder());
    }
  }

  @Test
  void damaged_dead_letter_hides_no_other_and_can_be_purged() throws Exception {
    try (Desk desk = Desk.open(folder())) {
      for (String id : List.of("bad", "good")) {
        desk.send(id);
        desk.settle(
            new Settlement.Dead(desk.next().lease(), Reason.REJECTED, "no", "no", 1, Map.of()));
      }
    }
    damage(Family.DEAD_IDS, Family.DEAD, "bad");
    try (Desk desk = Desk.open(folder())) {
      DeadLetters letters = desk.transport().deadLetters(Desk.QUEUE);
      List<DeadLetter> items =
          desk.await(letters.browse(DeadLetterFilter.all(), Optional.empty(), 10)).items();
      assertThat(items)
          .extracting(DeadLetter::reason)
          .containsExactly(Reason.UNDECODABLE, Reason.REJECTED);
      assertThat(replayAll(desk)).isEqualTo(1);
      assertThat(desk.next().id()).isEqualTo("good");
      assertThat(desk.await(letters.purge(DeadLetterFilter.all(), 10))).isEqualTo(1);
      assertThat(desk.stats().dead()).isZero();
    }
  }

  @Test
  void damaged_dead_letter_of_a_line_holds_it_until_it_is_purged_and_no_longer() throws Exception {
    try (Desk desk = openOrdered()) {
      desk.send(inLine(desk, "bad"));
      desk.send(inLine(desk, "next"));
      desk.settle(
          new Settlement.Dead(desk.next().lease(), Reason.REJECTED, "no", "no", 1, Map.of()));
    }
    damage(Family.DEAD_IDS, Family.DEAD, "bad");
    try (Desk desk = openOrdered()) {
      DeadLetters letters = desk.transport().deadLetters(Desk.QUEUE);
      desk.subscription().request(2);
      assertThat(desk.arrived()).as("only a person takes it out of the way").isEmpty();
      DeadLetter bad = desk.await(letters.find("bad")).orElseThrow();
      assertThat(bad.id()).isEqualTo("bad");
      assertThat(bad.key()).contains("key");

      DeadLetterFilter onlyBad = DeadLetterFilter.ids(Set.of("bad"));
      assertThat(desk.await(letters.purge(onlyBad, 1))).isEqualTo(1);

      desk.await("the next of the line", () -> desk.arrived().equals(List.of("next")));
      assertThat(desk.await(letters.find("bad"))).isEmpty();
      assertThat(desk.state("bad")).isEqualTo(MessageState.CANCELLED);
      assertThat(desk.stats().purged()).isEqualTo(1);
    }
  }

  @Test
  void damaged_record_of_a_line_hides_nobody() throws Exception {
    try (Desk desk = openOrdered()) {
      for (String id : List.of("first", "second", "third")) {
        desk.send(inLine(desk, id));
      }
    }
    // Where the second stands, which the line would be asked for when the first is done.
    change(Family.KEYS, Keys.ordered(1, "key", 2));
    try (Desk desk = openOrdered()) {
      for (String id : List.of("first", "second", "third")) {
        InMessage next = desk.next();
        assertThat(next.id()).isEqualTo(id);
        desk.ack(next);
      }
      assertThat(desk.states()).doesNotContain(TransportState.FENCED);
    }
  }

  @Test
  void damaged_message_in_a_line_is_buried_and_holds_the_line_until_it_is_purged()
      throws Exception {
    try (Desk desk = openOrdered()) {
      for (String id : List.of("first", "bad", "third")) {
        desk.send(inLine(desk, id));
      }
    }
    damage(Family.IDS, Family.QUEUE, "bad");
    try (Desk desk = openOrdered()) {
      desk.subscription().request(3);
      desk.ack(desk.next());
      desk.await("the dead letter", () -> desk.stats().dead() == 1);
      assertThat(desk.arrived()).isEmpty();

      DeadLetters letters = desk.transport().deadLetters(Desk.QUEUE);
      assertThat(desk.await(letters.purge(DeadLetterFilter.all(), 1))).isEqualTo(1);

      desk.await("the third", () -> desk.arrived().equals(List.of("third")));
    }
  }

  private Desk openOrdered() {
    return openOrdered(new VirtualTime());
  }

  private Desk openOrdered(VirtualTime time) {
    QueueSpec spec = new QueueSpec(Desk.QUEUE, true, OptionalLong.empty(), Duration.ofHours(1));
    return Desk.open(folder(), time, spec, () -> Long.MAX_VALUE);
  }

  private static OutMessage inLine(Desk desk, String id) {
    return new OutMessage(id, false, "key", desk.time().instant(), Map.of(), new byte[100]);
  }

  private static int replayAll(Desk desk) {
    return desk.await(desk.transport().deadLetters(Desk.QUEUE).replay(DeadLetterFilter.all(), 10));
  }

  private void damage(Family pointers, Family records, String id) throws Exception {
    Place place;
    try (DataFolder opened = DataFolder.open(folder());
        Store store = Store.open(opened)) {
      byte[] idKey = Keys.id(1, id);
      place = PointerRecord.decode(idKey, store.get(pointers, idKey).orElseThrow()).place();
    }
    change(records, Keys.place(1, place));
  }

  /** Flips a bit below the database's own checksums, as a fault of the memory would. */
  private void change(Family family, byte[] key) throws Exception {
    try (DataFolder opened = DataFolder.open(folder());
        Store store = Store.open(opened);
        WriteBatch batch = new WriteBatch()) {
      byte[] value = store.get(family, key).orElseThrow();
      value[value.length / 2] ^= 4;
      batch.put(store.handle(family), key, value);
      store.write(batch, true);
    }
  }

  @Test
  void store_that_cannot_be_read_stops_the_transport_for_good() throws IOException {
    try (Desk desk = Desk.open(folder())) {
      for (int i = 0; i < 2_000; i++) {
        desk.send("m" + i);
      }
    }
    flipInLargeTables(50_000);
    try (Desk desk = Desk.open(folder())) {
      desk.subscription().request(2_000);
      desk.await("the end", () -> desk.states().contains(TransportState.FENCED));
      assertThatThrownBy(() -> desk.send("more")).hasMessageContaining("backup");
    }
  }

  @Test
  void store_that_cannot_be_read_is_closed_all_the_same() throws IOException {
    try (Desk desk = openOrdered()) {
      for (int i = 0; i < 2_000; i++) {
        desk.send("m" + i);
      }
      desk.ack(desk.next());
    }
    flipInLargeTables(100);
    VirtualTime later = new VirtualTime();
    later.shift(Duration.ofHours(3));

    // What has ended is forgotten by now, and what stands there is looked for.
    openOrdered(later).close();

    DataFolder.open(folder()).close();
  }

  private void flipInLargeTables(int at) throws IOException {
    for (Path file : Folders.dataFiles(folder())) {
      if (file.toString().endsWith(".sst")) {
        byte[] content = Files.readAllBytes(file);
        if (content.length > 100_000) {
          content[at] ^= 1;
          Files.write(file, content);
        }
      }
    }
  }
}
