// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in good order when the process is told to stop (Ctrl-C, SIGTERM): asks it to,
 * keeps the process alive until it has ended, but no longer than a bound, and then exits with the
 * command's own code, so that a supervisor can tell an orderly stop from a crash.
 */
final class Shutdown {
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread hook;
  private volatile int code;

  private Shutdown(Runnable ask, Duration atMost) {
    this.hook =
        new Thread(
            () -> {
              ask.run();
              await(atMost);
            },
            "redrive-shutdown");
  }

  /** Asks when the process is told to stop, and then waits until it has ended. */
  static Shutdown hook(Runnable ask, Duration atMost) {
    Shutdown shutdown = new Shutdown(ask, atMost);
    Runtime.getRuntime().addShutdownHook(shutdown.hook);
    return shutdown;
  }

  private void await(Duration atMost) {
    try {
      if (end.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command has ended, with this code. */
  void ended(int exitCode) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is stopping, and the hook is what got us here.
    }
    code = exitCode;
    end.countDown();
  }
}
