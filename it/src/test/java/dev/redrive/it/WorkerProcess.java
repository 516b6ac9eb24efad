// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@link WorkerMain} in a process of its own. */
final class WorkerProcess implements Crew {
  private static final Duration BOUND = Duration.ofMinutes(1);

  private final InstantSource clock = InstantSource.system();
  private final Process process;
  private final Witness witness;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Thread reader = new Thread(this::read, "worker-output");

  /** Starts it and waits until it works. */
  WorkerProcess(String uri, FlowPlan plan, Sabotage sabotage, Witness witness) {
    this.witness = witness;
    try {
      process =
          JavaProcess.builder(
                  WorkerMain.class, uri, plan.queue(), Long.toString(plan.seed()), sabotage.name())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    reader.start();
    ready.orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        tell(line);
      }
      ready.completeExceptionally(new AssertionError("the worker has ended"));
    } catch (IOException failure) {
      ready.completeExceptionally(failure);
    }
  }

  private void tell(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case WorkerMain.READY -> ready.complete(null);
      case WorkerMain.CALLED ->
          witness.called(words[1], Integer.parseInt(words[2]), Instant.parse(words[3]));
      case WorkerMain.RETURNED ->
          witness.returned(words[1], Integer.parseInt(words[2]), Instant.parse(words[3]));
      case WorkerMain.SETTLED ->
          witness.settled(words[1], Integer.parseInt(words[2]), Instant.parse(words[3]));
      case WorkerMain.CUT ->
          witness.cut(new Window(Reach.ATTEMPTS, Instant.parse(words[1]), Instant.parse(words[2])));
      default -> witness.wrong(line);
    }
  }

  /** As {@code kill -9}. Returns when it is dead and all that it has said is known. */
  void kill() {
    Instant from = clock.instant();
    process.destroyForcibly();
    awaitEnd();
    witness.cut(new Window(Reach.ATTEMPTS, from, clock.instant()));
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
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private void awaitEnd() {
    try {
      process.waitFor();
      reader.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  /** It verifies itself when it ends: a failure there is its exit code. */
  @Override
  public void verify() {
    try {
      process.getOutputStream().close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    awaitEnd();
    if (process.exitValue() != 0) {
      throw new AssertionError("the worker has ended with " + process.exitValue());
    }
  }

  @Override
  public void close() {
    kill();
  }
}
