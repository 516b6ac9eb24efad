// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The system's clock, timers and threads, for tests of what only real time shows. */
final class RealTime implements AutoCloseable {
  private final ThreadFactory threads =
      task -> {
        Thread thread = new Thread(task, "real-time");
        thread.setDaemon(true);
        return thread;
      };
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(threads);

  Environment environment() {
    return new Environment(
        InstantSource.system(), new RealTimers(), new Random(), executor, threads);
  }

  private final class RealTimers implements Timers {
    @Override
    public Timer at(Instant when, Runnable action) {
      // A millisecond more, for the clock and the timer do not tick together.
      return after(Duration.between(Instant.now(), when).plusMillis(1), action);
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
      Future<?> future = executor.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
