// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes single bits of a store's files, and cuts them off. The store must then refuse to be
 * opened, stop, or be as it was: never give out a wrong message, and never lose one in silence.
 */
class CorruptionTest {
  /** More of them: {@code -Dredrive.corruption.rounds=2000}. */
  private static final int ROUNDS = Integer.getInteger("redrive.corruption.rounds", 40);

  private static final int MESSAGES = 60;

  @TempDir private Path root;

  @Test
  void flipped_bits_in_a_closed_store_are_noticed_or_harmless() throws IOException {
    Path sound = closedStore();

    damage(sound, new Random(1), CorruptionTest::flip, false);
  }

  @Test
  void files_of_a_closed_store_that_were_cut_off_are_noticed_or_harmless() throws IOException {
    Path sound = closedStore();

    damage(sound, new Random(2), CorruptionTest::cut, false);
  }

  @Test
  void flipped_bits_in_a_killed_store_are_noticed_or_harmless() throws IOException {
    Path sound = killedStore();

    damage(sound, new Random(3), CorruptionTest::flip, false);
  }

  @Test
  void log_of_a_killed_store_that_was_cut_off_loses_no_more_than_its_end() throws IOException {
    Path sound = killedStore();

    damage(sound, new Random(4), CorruptionTest::cut, true);
  }

  @Test
  void log_that_was_cut_off_by_one_kill_is_read_again_after_the_next() throws IOException {
    Path sound = killedStore();
    for (Path file : Folders.dataFiles(sound)) {
      if (file.toString().endsWith(".log")) {
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, content.length - 3));
      }
    }
    Path killedAgain = root.resolve("killed-again");
    try (Desk desk = Desk.open(sound)) {
      desk.send(message(desk, "later", 600));
      Folders.copyAsKilled(sound, killedAgain);
    }

    Map<String, MessageState> after = states(killedAgain);

    // The last thing that was done before the first kill is undone, and nothing else.
    Map<String, MessageState> once = states(sound);
    assertThat(after).hasSize(3 * MESSAGES).isEqualTo(once);
    try (Desk desk = Desk.open(killedAgain)) {
      assertThat(desk.state("later")).isEqualTo(MessageState.SCHEDULED);
    }
  }

  private Path closedStore() {
    Path sound = root.resolve("sound");
    // Several starts leave several files of each kind.
    for (int i = 0; i < 3; i++) {
      try (Desk desk = Desk.open(sound)) {
        fill(desk, "s" + i);
      }
    }
    return sound;
  }

  private Path killedStore() {
    Path live = root.resolve("live");
    try (Desk desk = Desk.open(live)) {
      fill(desk, "s0");
    }
    try (Desk desk = Desk.open(live)) {
      fill(desk, "s1");
      fill(desk, "s2");
      Folders.copyAsKilled(live, root.resolve("sound"));
    }
    return root.resolve("sound");
  }

  private static void fill(Desk desk, String prefix) {
    InMessage[] taken = new InMessage[3];
    for (int i = 0; i < MESSAGES; i++) {
      String id = prefix + "-" + i;
      assertThat(desk.send(message(desk, id, i < 3 ? 0 : 600))).isNotNull();
      if (i < 3) {
        taken[i] = desk.next();
        desk.begin(taken[i]);
      }
    }
    desk.ack(taken[0]);
    desk.settle(new Settlement.Dead(taken[1].lease(), Reason.REJECTED, "no", "no", 1, Map.of()));
    desk.settle(new Settlement.Retry(taken[2].lease(), later(desk), Map.of()));
  }

  private static Instant later(Desk desk) {
    return desk.time().instant().plusSeconds(600);
  }

  private static OutMessage message(Desk desk, String id, int delaySeconds) {
    return new OutMessage(
        id,
        true,
        "",
        desk.time().instant().plusSeconds(delaySeconds),
        Map.of("of", id),
        CrashWorkload.body(id));
  }

  @FunctionalInterface
  private interface Damage {
    byte[] apply(byte[] content, Random random);
  }

  private static byte[] flip(byte[] content, Random random) {
    byte[] flipped = content.clone();
    int bit = random.nextInt(content.length * 8);
    flipped[bit / 8] ^= (byte) (1 << (bit % 8));
    return flipped;
  }

  private static byte[] cut(byte[] content, Random random) {
    return Arrays.copyOf(content, random.nextInt(content.length));
  }

  private void damage(Path sound, Random random, Damage damage, boolean mayLoseEnd)
      throws IOException {
    Map<String, MessageState> before = states(sound);
    assertThat(before).hasSize(3 * MESSAGES);
    List<Path> files =
        Folders.dataFiles(sound).stream().filter(file -> file.toFile().length() > 0).toList();
    int noticed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Path file = files.get(round % files.size());
      Path copy = root.resolve("copy");
      Folders.copyAsKilled(sound, copy);
      Path victim = copy.resolve(sound.relativize(file).toString());
      Files.write(victim, damage.apply(Files.readAllBytes(victim), random));
      boolean isLog = victim.toString().endsWith(".log");
      try {
        Map<String, MessageState> after = states(copy);
        if (mayLoseEnd && isLog) {
          assertThat(before.entrySet()).as("%s", victim).containsAll(known(after).entrySet());
        } else {
          assertThat(after).as("round %s, %s", round, victim).isEqualTo(before);
        }
      } catch (TransportException | CompletionException e) {
        noticed++;
      }
      Folders.delete(copy);
    }
    assertThat(noticed).as("of %s", ROUNDS).isPositive();
  }

  private static Map<String, MessageState> known(Map<String, MessageState> states) {
    Map<String, MessageState> known = new TreeMap<>(states);
    // What was undone with the log's end is as it was before: waiting, or not there.
    known.values().removeIf(state -> !state.isFinal());
    return known;
  }

  /** What each message that was sent is now; checks what is handed over byte for byte. */
  private static Map<String, MessageState> states(Path folder) {
    Map<String, MessageState> states = new TreeMap<>();
    try (Desk desk = Desk.open(folder, new VirtualTime())) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MESSAGES; i++) {
          String id = "s" + round + "-" + i;
          Optional<MessageStatus> status = desk.find(id);
          status.ifPresent(found -> states.put(id, found.state()));
        }
      }
      desk.advance(Duration.ofSeconds(700));
      for (int i = 0; i < desk.stats().waiting(); i++) {
        desk.subscription().request(1);
      }
      for (InMessage message : desk.takeArrived()) {
        assertThat(message.body()).isEqualTo(CrashWorkload.body(message.id()));
        assertThat(message.headers()).containsEntry("of", message.id());
      }
      if (desk.states().contains(TransportState.FENCED)) {
        throw new TransportException("it stopped");
      }
    }
    return states;
  }
}
