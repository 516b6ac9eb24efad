// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * A server as a child of this process. It dies with this process, even when that is killed: the
 * kernel sees to it. The command must become the server, not start one and end.
 */
final class ServerProcess {
  // The kernel kills the child when the thread that started it ends, so that one must not.
  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "server-starter");
            thread.setDaemon(true);
            return thread;
          });

  private final Process process;
  private final Path log;

  private ServerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts a command; what it prints goes to a log that begins anew. */
  static ServerProcess start(List<String> command, Path log) {
    List<String> bound = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
    bound.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(bound).redirectErrorStream(true).redirectOutput(log.toFile());
    return CompletableFuture.supplyAsync(() -> started(builder, log), STARTER).join();
  }

  private static ServerProcess started(ProcessBuilder builder, Path log) {
    try {
      return new ServerProcess(builder.start(), log);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Waits until the server is ready; fails early, with its log, if it ends before. */
  void awaitReady(String what, Duration bound, BooleanSupplier isReady) {
    Poll.until(
        what,
        bound,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError(what + " ended at once:\n" + log());
          }
          return isReady.getAsBoolean();
        });
  }

  /** What it has printed. */
  String log() {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** SIGKILL. Returns when it is dead. */
  void kill() {
    process.destroyForcibly();
    awaitEnd(process);
  }

  /** SIGKILL, to the processes that it started as well. Returns when all of them are dead. */
  void killAll() {
    List<ProcessHandle> workers = process.descendants().toList();
    kill();
    workers.forEach(ProcessHandle::destroyForcibly);
    // Orphans are alive, to Java, until somebody asks what became of them.
    Poll.until(
        "the end of all that a server started",
        Duration.ofSeconds(30),
        () -> workers.stream().noneMatch(worker -> isRunning(worker.pid())));
  }

  private static boolean isRunning(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException gone) {
      return false;
    }
  }

  /** SIGTERM. Returns when it has ended. */
  void stop() {
    process.destroy();
    awaitEnd(process);
  }

  /** SIGSTOP: it is there and does nothing. */
  void freeze() {
    signal("STOP");
  }

  /** SIGCONT. */
  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      awaitEnd(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void awaitEnd(Process process) {
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while a process was to end", interrupted);
    }
  }
}
