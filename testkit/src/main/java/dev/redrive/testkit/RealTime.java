// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * An environment of the machine's own clock, for transports to real servers, whose time cannot be
 * moved. Thread-safe.
 */
public final class RealTime implements Timers, AutoCloseable {
  private static final InstantSource CLOCK = InstantSource.system();

  private final AtomicInteger count = new AtomicInteger();
  private final ThreadFactory threads = this::thread;
  private final ScheduledExecutorService timers =
      Executors.newSingleThreadScheduledExecutor(threads);
  private final Environment environment;

  /** Randomness begins with the seed. */
  public RealTime(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomGenerator shared =
        () -> {
          synchronized (random) {
            return random.nextLong();
          }
        };
    environment =
        new Environment(CLOCK, this, shared, Executors.newCachedThreadPool(threads), threads);
  }

  /** What to give to a transport. */
  public Environment environment() {
    return environment;
  }

  @Override
  public Timer at(Instant when, Runnable action) {
    // A day at most, so that the farthest time is no overflow.
    Duration delay = Duration.between(CLOCK.instant(), when);
    Duration slice = delay.compareTo(Duration.ofDays(1)) < 0 ? delay : Duration.ofDays(1);
    Future<?> future =
        timers.schedule(
            () -> {
              // The scheduler counts with another clock, which may be ahead.
              if (CLOCK.instant().isBefore(when)) {
                at(when, action);
              } else {
                action.run();
              }
            },
            Math.max(0, slice.toNanos()),
            TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    Future<?> future = timers.schedule(action, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  private Thread thread(Runnable task) {
    Thread thread = new Thread(task, "real-time-" + count.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /** Ends the timers; threads that the environment made go on. */
  @Override
  public void close() {
    timers.shutdownNow();
  }
}
