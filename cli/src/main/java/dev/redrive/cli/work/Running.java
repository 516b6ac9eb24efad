// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import dev.redrive.cli.work.Ending.How;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A command at work on one message. Thread-safe. */
final class Running {
  private static final int TAIL_BYTES = 4 * 1024;

  /** How long a command may take to end once it was asked to. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration OUTPUT_AFTER_EXIT = Duration.ofSeconds(1);

  private final Process process;
  private final CommandSpec spec;
  private final long startedAt;
  private final Tail errorTail = new Tail(TAIL_BYTES);
  private final CountDownLatch pumps = new CountDownLatch(2);
  private volatile How how = How.EXITED;
  private volatile List<ProcessHandle> tree = List.of();

  Running(Process process, CommandSpec spec, byte[] input) {
    this.process = process;
    this.spec = spec;
    this.startedAt = spec.terminal().clock().millis();
    pump(new Pump(process.getInputStream(), spec.output(), new Tail(1)));
    pump(new Pump(process.getErrorStream(), spec.terminal().err(), errorTail));
    spec.threads().execute(() -> feed(input));
  }

  private void pump(Pump pump) {
    spec.threads()
        .execute(
            () -> {
              try {
                pump.run();
              } finally {
                pumps.countDown();
              }
            });
  }

  private void feed(byte[] input) {
    try (OutputStream to = process.getOutputStream()) {
      to.write(input);
    } catch (IOException e) {
      // A command may end without having read its input; its exit code says what came of it.
    }
  }

  /** Waits for the end, at most this long; kills the command when its own time is over. */
  Optional<Ending> await(Duration atMost) throws InterruptedException {
    long left = startedAt + spec.timeout().toMillis() - spec.terminal().clock().millis();
    if (!process.waitFor(Math.min(left, atMost.toMillis()), TimeUnit.MILLISECONDS)) {
      if (left > atMost.toMillis()) {
        return Optional.empty();
      }
      kill(How.TIMED_OUT, PATIENCE);
    }
    return Optional.of(ending());
  }

  private Ending ending() throws InterruptedException {
    process.waitFor();
    // What the command left behind in the background may hold its pipes open for ever.
    if (!pumps.await(OUTPUT_AFTER_EXIT.toMillis(), TimeUnit.MILLISECONDS)) {
      closePipes();
    }
    long took = spec.terminal().clock().millis() - startedAt;
    return new Ending(
        how, process.exitValue(), errorTail.text(), Duration.ofMillis(Math.max(0, took)));
  }

  private void closePipes() {
    try {
      process.getInputStream().close();
      process.getErrorStream().close();
    } catch (IOException e) {
      // The pipes end with this process at the latest.
    }
  }

  /** Asks the command, and all it started, to end. Does not wait for it. */
  synchronized void ask(How reason) {
    how = how == How.EXITED ? reason : how;
    tree =
        Stream.of(tree.stream(), process.descendants(), Stream.of(process.toHandle()))
            .flatMap(handles -> handles)
            .distinct()
            .toList();
    tree.forEach(ProcessHandle::destroy);
  }

  /** Asks, and kills what has not ended when the patience is over. */
  void kill(How reason, Duration patience) throws InterruptedException {
    ask(reason);
    CompletableFuture<?>[] ends =
        tree.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Whatever did not end by itself is killed now.
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    tree.forEach(ProcessHandle::destroyForcibly);
  }
}
