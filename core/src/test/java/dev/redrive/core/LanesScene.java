// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.testkit.Poll;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * Lanes on real threads, which jobs hang, interrupt and kill; the clock of the timeouts is virtual.
 */
@Timeout(60)
abstract class LanesScene {
  static final Duration TIMEOUT = Duration.ofSeconds(10);
  static final Duration BOUND = Duration.ofSeconds(30);

  final VirtualTime time = new VirtualTime();
  final List<Thread> threads = new CopyOnWriteArrayList<>();
  final ExecutorService pool = Executors.newCachedThreadPool(this::thread);
  final CountDownLatch end = new CountDownLatch(1);

  final Thread thread(Runnable body) {
    Thread made = new Thread(body, "lane-under-test");
    made.setDaemon(true);
    threads.add(made);
    return made;
  }

  @AfterEach
  void close() {
    end.countDown();
    pool.shutdownNow();
  }

  final Lanes lanes(int max) {
    return new Lanes(time.environment(1), pool, max, TIMEOUT);
  }

  static void until(String what, BooleanSupplier condition) {
    Poll.until(what, BOUND, condition);
  }

  static NotedJob quick() {
    return new NotedJob(() -> {});
  }

  /** Hangs until it is interrupted. */
  static NotedJob hanging() {
    return new NotedJob(
        () -> {
          while (!Thread.currentThread().isInterrupted()) {
            LockSupport.park();
          }
        });
  }

  /** Hangs, interrupted or not, until the test lets it go. */
  final NotedJob stubborn() {
    return new NotedJob(
        () -> {
          while (end.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
          }
        });
  }

  static List<NotedJob> submit(Lanes lanes, int count, Supplier<NotedJob> kind) {
    List<NotedJob> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      NotedJob job = kind.get();
      jobs.add(job);
      lanes.submit(job);
    }
    return jobs;
  }

  static long began(List<NotedJob> jobs) {
    return jobs.stream().filter(job -> job.has("began")).count();
  }
}
