// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.RealTime;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lets single system calls of a process fail, or kills it exactly there, with {@code strace}. The
 * calls are numbered for each thread by itself; the first ones are made when the store is opened.
 */
@EnabledIf(value = "isTracing", disabledReason = "strace is not installed, or may not trace")
class SyncFaultTest {
  /** Each so many calls: {@code -Dredrive.sync.step=1} tries them all. */
  private static final int STEP = Integer.getInteger("redrive.sync.step", 23);

  private static final int CALLS_MAX = 70;

  /** More than opening and recovering make. */
  private static final int OPENING_CALLS = 16;

  private static final int OPENING_STEP = 3;

  @TempDir private Path root;

  static boolean isTracing() throws IOException, InterruptedException {
    boolean isThere =
        Arrays.stream(String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "strace")));
    return isThere
        && new ProcessBuilder("strace", "-o", "/dev/null", "true").start().waitFor() == 0;
  }

  @Test
  void nothing_is_acknowledged_after_a_sync_that_failed_once() throws Exception {
    for (int call : calls()) {
      Path folder = root.resolve("error-" + call);
      run(folder, SyncWorkload.class, "fdatasync:error=EIO:when=" + call);

      List<String> log = Files.readAllLines(folder.resolve("log"));
      assertThat(log).as("call %s", call).endsWith("end");
      boolean isHit = log.stream().anyMatch(line -> line.contains("Input/output error"));
      assertThat(isHit).as("call %s was made", call).isTrue();
      int failure = first(log, "refused", "not opened");
      assertThat(log.subList(failure, log.size()))
          .as("call %s", call)
          .noneMatch(SyncFaultTest::isAcknowledgement);
      if (log.get(0).equals("state UP")) {
        assertThat(log).as("call %s", call).contains("state FENCED");
        assertThat(log.stream().filter(line -> line.startsWith("refused after")).count())
            .isEqualTo(3);
      }
      check(folder, log);
    }
  }

  @Test
  void every_acknowledgement_has_a_sync_of_its_own_before_it() throws Exception {
    Path folder = root.resolve("order");
    Path trace = root.resolve("trace");
    run(folder, SyncWorkload.class, trace, List.of("-e", "trace=fdatasync,write"));

    boolean isSynced = false;
    int acknowledged = 0;
    for (String line : Files.readAllLines(trace)) {
      if (line.contains("fdatasync") && line.endsWith("= 0")) {
        isSynced = true;
      } else if (line.matches(".* write\\(\\d+, \"[SE] m.*")) {
        assertThat(isSynced).as("before %s", line).isTrue();
        isSynced = false;
        acknowledged++;
      }
    }
    assertThat(acknowledged).isEqualTo(2 * SyncWorkload.MESSAGES);
  }

  @Test
  void kill_at_any_sync_or_write_loses_nothing() throws Exception {
    for (int call : calls()) {
      for (String name : List.of("fdatasync", "write")) {
        Path folder = root.resolve("kill-" + name + call);
        run(folder, SyncWorkload.class, name + ":signal=SIGKILL:when=" + (call + offset(name)));

        Path log = folder.resolve("log");
        check(folder, Files.exists(log) ? Files.readAllLines(log) : List.of());
      }
    }
  }

  /** The launcher of the virtual machine writes, too, before the program begins. */
  private static int offset(String call) {
    return call.equals("write") ? 30 : 0;
  }

  @Test
  void recovery_that_is_killed_again_and_again_counts_an_attempt_once() throws Exception {
    Path folder = root.resolve("recovery");
    leaveBegunAttempt(folder.resolve("data"));

    for (int call = 1; call <= OPENING_CALLS; call += Math.min(STEP, OPENING_STEP)) {
      run(folder, OpenOnly.class, "fdatasync:signal=SIGKILL:when=" + call);
    }

    try (RealTime time = new RealTime(1);
        EmbeddedTransport transport = open(time, folder.resolve("data"))) {
      MessageStatus status =
          transport.find(CrashWorkload.QUEUE, "m").toCompletableFuture().join().orElseThrow();
      assertThat(status.state()).isEqualTo(MessageState.RETRYING);
      assertThat(status.attempts()).isEqualTo(1);
    }
  }

  /** Makes a folder as a process leaves it that was killed in the middle of an attempt. */
  private void leaveBegunAttempt(Path data) throws Exception {
    Path live = root.resolve("live");
    try (RealTime time = new RealTime(1);
        EmbeddedTransport transport = open(time, live)) {
      transport.provision(CrashWorkload.SPEC).toCompletableFuture().join();
      BlockingQueue<InMessage> arrived = new LinkedBlockingQueue<>();
      Subscription subscription =
          transport.subscribe(
              CrashWorkload.QUEUE, new SubscribeOptions(Duration.ofMinutes(1)), arrived::addAll);
      subscription.request(1);
      OutMessage message = new OutMessage("m", true, "", Instant.EPOCH, Map.of(), new byte[9]);
      transport.publish(CrashWorkload.QUEUE, List.of(message)).toCompletableFuture().join();
      subscription.begin(List.of(arrived.take().lease())).toCompletableFuture().join();
      Folders.copyAsKilled(live, data);
    }
  }

  private static EmbeddedTransport open(RealTime time, Path data) {
    return EmbeddedTransport.open(
        EmbeddedTransportConfig.builder(data).build(), time.environment());
  }

  private static int[] calls() {
    return IntStream.iterate(1, call -> call <= CALLS_MAX, call -> call + STEP).toArray();
  }

  private static int first(List<String> log, String... beginnings) {
    return IntStream.range(0, log.size())
        .filter(i -> Arrays.stream(beginnings).anyMatch(log.get(i)::startsWith))
        .findFirst()
        .orElseThrow();
  }

  private static void run(Path folder, Class<?> program, String fault)
      throws IOException, InterruptedException {
    run(folder, program, Path.of("/dev/null"), List.of("-e", "inject=" + fault));
  }

  private static void run(Path folder, Class<?> program, Path trace, List<String> options)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<String> tracer = new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-qq"));
    tracer.addAll(List.of("-o", trace.toString()));
    tracer.addAll(options);
    String data = folder.resolve("data").toString();
    String log = folder.resolve("log").toString();
    Process process = Children.start(tracer, List.of("-Xmx128m"), program, data, log);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ended", options).isTrue();
  }

  private static void check(Path folder, List<String> log) {
    try (RealTime time = new RealTime(1);
        EmbeddedTransport transport = open(time, folder.resolve("data"))) {
      if (log.stream().noneMatch(SyncFaultTest::isAcknowledgement)) {
        return;
      }
      for (String line : log) {
        if (isAcknowledgement(line)) {
          Optional<MessageStatus> status =
              transport.find(CrashWorkload.QUEUE, line.substring(2)).toCompletableFuture().join();
          assertThat(status).as("%s: %s", folder, line).isPresent();
          if (line.startsWith("E ")) {
            assertThat(status.get().state()).isEqualTo(MessageState.SUCCEEDED);
          }
        }
      }
    }
  }

  private static boolean isAcknowledgement(String line) {
    return line.startsWith("S ") || line.startsWith("E ");
  }
}
