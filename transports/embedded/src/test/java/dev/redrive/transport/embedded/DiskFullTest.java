// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.MessageState;
import dev.redrive.QueueStats;
import dev.redrive.SendRefusedException;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class DiskFullTest {
  private static final long MEGABYTE = 1L << 20;
  private static final long PLENTY = 1L << 40;

  @TempDir private Path root;

  private final AtomicLong usable = new AtomicLong(PLENTY);

  private Desk open() {
    return Desk.open(root.resolve("data"), new VirtualTime(), Desk.spec(), usable::get);
  }

  @Test
  void nearly_full_disk_refuses_sends_lets_settlements_through_and_comes_back_by_itself() {
    try (Desk desk = open()) {
      desk.send("a");
      InMessage message = desk.next();
      usable.set(40 * MEGABYTE);

      PublishResult refused = desk.send("b");
      assertThat(refused)
          .isInstanceOfSatisfying(
              PublishResult.Refused.class,
              refusal -> {
                assertThat(refusal.cause()).isEqualTo(SendRefusedException.Cause.NO_SPACE);
                assertThat(refusal.message()).contains("Make room");
              });
      awaitBlocked(desk);
      IdempotencyStore keys = desk.transport().idempotencyStore().orElseThrow();
      assertThat(desk.await(keys.begin("key of a", Duration.ofMinutes(1))))
          .as("else nothing that has a key would be handled")
          .isInstanceOf(Begun.New.class);
      assertThat(desk.begin(message)).isEqualTo(Settled.DONE);
      assertThat(desk.ack(message)).isEqualTo(Settled.DONE);

      usable.set(PLENTY);
      desk.advance(Duration.ofSeconds(2));
      desk.await("the end of it", () -> desk.states().size() == 3);
      assertThat(desk.states()).endsWith(TransportState.UP);
      assertThat(desk.send("b")).isInstanceOf(PublishResult.Accepted.class);
      assertThat(desk.stats().sent()).isEqualTo(2);
    }
  }

  @Test
  void clock_that_is_set_back_puts_the_end_of_it_off_no_longer() {
    try (Desk desk = open()) {
      usable.set(MEGABYTE);
      desk.send("a");
      awaitBlocked(desk);

      desk.time().shift(Duration.ofDays(-1));
      usable.set(PLENTY);
      desk.advance(Duration.ofSeconds(2));

      desk.await("the end of it", () -> desk.states().size() == 3);
      assertThat(desk.states()).endsWith(TransportState.UP);
    }
  }

  /** Listeners are told on a thread of their own, which may come after the refusal. */
  private static void awaitBlocked(Desk desk) {
    desk.await("the news", () -> desk.states().size() == 2);
    assertThat(desk.states()).containsExactly(TransportState.UP, TransportState.BLOCKED);
  }

  @Test
  void full_disk_refuses_settlements_and_the_lease_stays() {
    try (Desk desk = open()) {
      desk.send("a");
      InMessage message = desk.next();
      usable.set(MEGABYTE);

      assertThatThrownBy(() -> desk.ack(message))
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(TransportException.class)
          .hasMessageContaining("Make room");
      assertThat(desk.state("a")).isEqualTo(MessageState.RUNNING);

      usable.set(PLENTY);
      assertThat(desk.ack(message)).isEqualTo(Settled.DONE);
      assertThat(desk.stats().succeeded()).isEqualTo(1);
    }
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"))
        && Files.isExecutable(Path.of("/bin/mount"));
  }

  @Test
  @EnabledIf(value = "isRoot", disabledReason = "only root can mount a small file system")
  void write_that_meets_a_full_disk_in_the_log_loses_nothing_and_work_goes_on() throws Exception {
    fillAndRevive(3 * MEGABYTE);
  }

  @Test
  @EnabledIf(value = "isRoot", disabledReason = "only root can mount a small file system")
  void write_that_meets_a_full_disk_in_a_flush_loses_nothing_and_work_goes_on() throws Exception {
    fillAndRevive(60 * MEGABYTE);
  }

  /** Tells the store that there is room, and leaves it none. */
  private void fillAndRevive(long left) throws Exception {
    Path mount = Files.createDirectory(root.resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", mount.toString());
    try {
      Path folder = mount.resolve("data");
      List<String> accepted = new ArrayList<>();
      QueueStats stats;
      VirtualTime time = new VirtualTime();
      try (Desk desk = Desk.open(folder, time, Desk.spec(), usable::get)) {
        desk.send("leased");
        InMessage leased = desk.next();
        desk.begin(leased);
        Path ballast = mount.resolve("ballast");
        fill(ballast, Files.getFileStore(mount).getUsableSpace() - left);

        sendUntilRefused(desk, accepted);
        awaitBlocked(desk);
        assertThat(accepted).isNotEmpty();

        Files.delete(ballast);
        usable.set(PLENTY);
        desk.await(
            "room again",
            () -> {
              desk.advance(Duration.ofSeconds(1));
              return desk.states().size() == 3;
            });
        assertThat(desk.states()).endsWith(TransportState.UP);
        assertThat(desk.ack(leased)).isEqualTo(Settled.DONE);
        assertThat(desk.send("after")).isInstanceOf(PublishResult.Accepted.class);
        accepted.add("after");
        stats = checkAll(desk, accepted);
      }
      try (Desk desk = Desk.open(folder, time)) {
        assertThat(checkAll(desk, accepted)).isEqualTo(stats);
      }
      Counted.check(folder);
    } finally {
      // Lazily, for this process has the native library from there.
      run("umount", "-l", mount.toString());
    }
  }

  private void sendUntilRefused(Desk desk, List<String> accepted) {
    Random random = new Random(1);
    boolean isRefused = false;
    for (int i = 0; !isRefused; i++) {
      byte[] body = new byte[20_000];
      random.nextBytes(body);
      OutMessage message = new OutMessage("m" + i, true, "", desk.time().instant(), Map.of(), body);
      try {
        isRefused = desk.send(message) instanceof PublishResult.Refused;
        if (!isRefused) {
          accepted.add(message.id());
        }
      } catch (CompletionException e) {
        // The batch that met the full disk: it is not known whether it is stored.
        assertThat(e).hasMessageContaining("full");
        usable.set(0);
      }
    }
  }

  private static QueueStats checkAll(Desk desk, List<String> accepted) {
    for (String id : accepted) {
      assertThat(desk.state(id)).as(id).isEqualTo(MessageState.READY);
    }
    assertThat(desk.state("leased")).isEqualTo(MessageState.SUCCEEDED);
    QueueStats stats = desk.stats();
    // The one of which it is not known whether it is stored may be there.
    assertThat(stats.waiting()).isBetween((long) accepted.size(), accepted.size() + 1L);
    assertThat(stats.sent()).isEqualTo(stats.waiting() + stats.succeeded());
    return stats;
  }

  private static void fill(Path file, long bytes) throws IOException {
    byte[] block = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long written = 0; written + block.length <= bytes; written += block.length) {
        out.write(block);
      }
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }
}
