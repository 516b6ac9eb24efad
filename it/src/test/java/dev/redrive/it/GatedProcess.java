// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.Poll;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** {@link GatedWorker} in a process of its own, and what it has said. */
final class GatedProcess implements AutoCloseable {
  static final Duration BOUND = Duration.ofMinutes(2);

  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final Thread reader = new Thread(this::read, "gated-output");

  GatedProcess(String uri, Path down, int messages) {
    try {
      process =
          JavaProcess.builder(GatedWorker.class, uri, down.toString(), Integer.toString(messages))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    reader.start();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(said::add);
    } catch (IOException | UncheckedIOException gone) {
      // It was killed; what it said before is known.
      said.add("gone " + gone);
    }
  }

  /** All lines so far, in their order. */
  List<String> said() {
    return List.copyOf(said);
  }

  long count(String beginning) {
    return said.stream().filter(line -> line.startsWith(beginning)).count();
  }

  /** Waits until it has said that many lines that begin so. */
  void await(String beginning, long count) {
    Poll.until(
        count + " lines `" + beginning + "`",
        BOUND,
        () -> {
          if (!process.isAlive() && count(beginning) < count) {
            throw new AssertionError("the worker has ended, and said " + said);
          }
          return count(beginning) >= count;
        });
  }

  /** As {@code kill -9}. Returns when it is dead and all that it has said is known. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Ends its input, and waits until it has closed everything. */
  void finish() {
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

  private void awaitEnd() {
    try {
      process.waitFor();
      reader.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
