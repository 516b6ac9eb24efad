// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.testkit.RealTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process at work again and again, and compares what is there with what it was told. */
class CrashTest {
  /** More rounds: {@code -Dredrive.crash.rounds=100}. */
  private static final int ROUNDS = Integer.getInteger("redrive.crash.rounds", 4);

  @TempDir private Path root;

  @Test
  void kill_loses_nothing_revives_nothing_and_counts_attempts_truly() throws Exception {
    Random random = new Random(7);
    for (int round = 0; round < ROUNDS; round++) {
      runAndKill(round, 300 + random.nextInt(1_200));

      CrashLog log = new CrashLog(root.resolve("log"));
      assertThat(log.faults).isEmpty();
      // Where this process is killed in its turn, in the middle of a recovery, the next one goes
      // on.
      try (RealTime time = new RealTime(1);
          EmbeddedTransport transport =
              EmbeddedTransport.open(
                  EmbeddedTransportConfig.builder(root.resolve("data")).build(),
                  time.environment())) {
        check(transport, log);
      }
      Counted.check(root.resolve("data"));
    }
  }

  private void runAndKill(int round, int millis) throws IOException, InterruptedException {
    Path log = root.resolve("log");
    long before = Files.exists(log) ? Files.size(log) : 0;
    Process process = Children.start(CrashWorkload.class, data(), log.toString(), "r" + round);
    try {
      // The time counts from the first thing it did.
      while (process.isAlive() && (!Files.exists(log) || Files.size(log) == before)) {
        assertThat(process.waitFor(5, TimeUnit.MILLISECONDS)).isFalse();
      }
      assertThat(process.waitFor(millis, TimeUnit.MILLISECONDS)).as("still runs").isFalse();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private String data() {
    return root.resolve("data").toString();
  }

  /** Compares what is there with what the workload was told. */
  static void check(EmbeddedTransport transport, CrashLog log) {
    List<String> lost = new ArrayList<>();
    List<String> revived = new ArrayList<>();
    List<String> miscounted = new ArrayList<>();
    for (String id : log.sent) {
      Optional<MessageStatus> status =
          transport.find(CrashWorkload.QUEUE, id).toCompletableFuture().join();
      if (status.isEmpty()) {
        lost.add(id);
        continue;
      }
      MessageState state = status.get().state();
      if (log.ended.contains(id) != (state == MessageState.SUCCEEDED)
          && !(log.ending.contains(id) && !log.ended.contains(id))) {
        revived.add(id + " is " + state);
      }
      if (log.dead.contains(id) && state != MessageState.DEAD) {
        revived.add(id + " is " + state);
      }
      int attempts = status.get().attempts();
      if (attempts < log.begun.getOrDefault(id, 0)
          || attempts > log.beginning.getOrDefault(id, 0)) {
        miscounted.add(id + " has " + attempts + ", " + log.begun.get(id));
      }
    }
    assertThat(lost).as("lost of %s", log.sent.size()).isEmpty();
    assertThat(revived).isEmpty();
    assertThat(miscounted).isEmpty();
    assertThat(log.sent).hasSizeGreaterThan(50);
    QueueStats stats = transport.stats(CrashWorkload.QUEUE).toCompletableFuture().join();
    assertThat(stats.running()).isZero();
    assertThat(stats.succeeded() + stats.dead() + stats.waiting()).isEqualTo(stats.sent());
  }
}
