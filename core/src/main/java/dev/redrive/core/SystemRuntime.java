// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import java.lang.reflect.InvocationTargetException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * The real clock, timers, randomness and threads: the only place that makes them. Everything else
 * is given an {@link Environment}.
 */
final class SystemRuntime implements AutoCloseable {
  private static final int VIRTUAL_THREADS_SINCE = 21;

  private final HeapTimers timers;
  private final ExecutorService executor;
  private final ExecutorService handlers;
  private final Environment environment;

  SystemRuntime(String name) {
    InstantSource clock = InstantSource.system();
    this.timers = new HeapTimers(clock, System::nanoTime, daemons(name + "-timers"));
    this.executor =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(), daemons(name + "-engine"));
    this.handlers = handlers(daemons(name + "-handler"));
    this.environment =
        new Environment(clock, timers, new ThreadRandom(), executor, daemons(name + "-transport"));
  }

  Environment environment() {
    return environment;
  }

  /** Where blocking handlers run: how many at once is bounded by their queues' concurrency. */
  Executor handlers() {
    return handlers;
  }

  @Override
  public void close() {
    timers.close();
    executor.shutdown();
    handlers.shutdown();
  }

  private static ExecutorService handlers(ThreadFactory threads) {
    if (Runtime.version().feature() < VIRTUAL_THREADS_SINCE) {
      return Executors.newCachedThreadPool(threads);
    }
    try {
      // By reflection, because this is compiled for Java 17.
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException failure) {
      throw new IllegalStateException("Java 21 and later have virtual threads", failure);
    }
  }

  private static ThreadFactory daemons(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * A generator for each thread, seeded from the system's entropy: fast, and ids do not collide.
   */
  private static final class ThreadRandom implements RandomGenerator {
    private static final SecureRandom SEEDS = new SecureRandom();
    private static final ThreadLocal<SplittableRandom> GENERATOR =
        ThreadLocal.withInitial(() -> new SplittableRandom(SEEDS.nextLong()));

    @Override
    public long nextLong() {
      return GENERATOR.get().nextLong();
    }
  }
}
