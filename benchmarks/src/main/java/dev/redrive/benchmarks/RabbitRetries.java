// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.Worker;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Retries over RabbitMQ, of one attempt in ten: what they cost, and how late they begin. */
final class RabbitRetries {
  private static final int WORKERS = 64;
  private static final int BODY_BYTES = 256;
  private static final int MESSAGES = 30_000;
  private static final int FAILING_OF = 10;
  private static final int ROUNDS = 5;
  private static final int PACE = 1_000;
  private static final int PACED = 20 * PACE;
  private static final long BOUND_SECONDS = 120;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final SendingSide FILL = new SendingSide(32, 32);

  private final Redrive redrive;

  RabbitRetries(Redrive redrive) {
    this.redrive = redrive;
  }

  /** What they cost. */
  Row cost() throws Exception {
    Queue<byte[]> queue = queue("retries");
    ProcessorTime failing = new ProcessorTime(MESSAGES);
    ProcessorTime none = new ProcessorTime(MESSAGES);
    Row cost =
        new Duel("RabbitMQ: handle→settle, 10 % failing / none", 0, ROUNDS)
            .run(
                () -> settle(queue, FAILING_OF, failing),
                () -> settle(queue, Integer.MAX_VALUE, none));
    return Row.told(
        cost.name(),
        cost.measured(),
        String.format(
            Locale.ROOT,
            "%s; processor time a message %.1f against %.1f µs, of the broker %.1f against %.1f",
            cost.detail(),
            failing.here(),
            none.here(),
            failing.broker(),
            none.broker()));
  }

  /** How late they begin. */
  Row lateness() throws Exception {
    return lateness(queue("lateness"));
  }

  private Queue<byte[]> queue(String name) {
    // All beyond two seconds: shorter delays are held in process and never reach the ladder.
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.fixed(Duration.ofMillis(2_500)))
            .jitter(Jitter.additive(Duration.ofMillis(2_500)))
            .attempts(2)
            .build();
    return redrive.queue(
        QueueOptions.builder(name, Codec.bytes()).concurrency(WORKERS).policy(policy).build());
  }

  /** From the first attempt of a full queue to the last settlement of first attempts. */
  private double settle(Queue<byte[]> queue, int failingOf, ProcessorTime time) throws Exception {
    FILL.run(MESSAGES, BODY_BYTES, queue::send);
    Tally settled = new Tally(MESSAGES);
    CountDownLatch succeeded = new CountDownLatch(MESSAGES);
    Redrive.Registration listening =
        redrive.listen(
            event -> {
              if (event instanceof Event.Succeeded success) {
                succeeded.countDown();
                if (success.attempt() == 1) {
                  settled.acknowledged();
                }
              } else if (event instanceof Event.Retried) {
                settled.acknowledged();
              }
            });
    AtomicInteger count = new AtomicInteger();
    Worker worker =
        queue.handle(
            message -> {
              settled.handled();
              if (message.attempt() == 1 && count.incrementAndGet() % failingOf == 0) {
                throw new IOException("not yet");
              }
            });
    try {
      double rate = time.of(settled::rate);
      await(succeeded);
      return rate;
    } finally {
      worker.drain().toCompletableFuture().join();
      worker.close();
      listening.close();
    }
  }

  /** At a pace that keeps the queue empty, so that a retry waits behind nothing but its delay. */
  private Row lateness(Queue<byte[]> queue) throws Exception {
    List<Long> lateness = new ArrayList<>();
    CountDownLatch succeeded = new CountDownLatch(PACED);
    Redrive.Registration listening =
        redrive.listen(
            event -> {
              if (event instanceof Event.Started started && started.attempt() == 2) {
                synchronized (lateness) {
                  lateness.add(started.lateness().toNanos());
                }
              } else if (event instanceof Event.Succeeded) {
                succeeded.countDown();
              }
            });
    AtomicInteger count = new AtomicInteger();
    Worker worker =
        queue.handle(
            message -> {
              if (message.attempt() == 1 && count.incrementAndGet() % FAILING_OF == 0) {
                throw new IOException("not yet");
              }
            });
    try {
      long began = System.nanoTime();
      for (int i = 0; i < PACED; i++) {
        LockSupport.parkNanos(began + i * 1_000_000_000L / PACE - System.nanoTime());
        var unused = queue.send(new byte[BODY_BYTES]);
      }
      await(succeeded);
    } finally {
      worker.drain().toCompletableFuture().join();
      worker.close();
      listening.close();
    }
    return row(lateness.stream().mapToLong(Long::longValue).toArray());
  }

  private static void await(CountDownLatch succeeded) throws InterruptedException {
    if (!succeeded.await(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(succeeded.getCount() + " messages never succeeded");
    }
  }

  private static Row row(long[] lateness) {
    Arrays.sort(lateness);
    return Row.told(
        "RabbitMQ: lateness of retries, p99",
        String.format(
            Locale.ROOT, "%.0f ms", lateness[lateness.length * 99 / 100] / NANOS_PER_MILLI),
        String.format(
            Locale.ROOT,
            "p50 %.0f ms, max %.0f ms of %,d by the ladder, 2.5 to 5 s, at %,d messages a second",
            lateness[lateness.length / 2] / NANOS_PER_MILLI,
            lateness[lateness.length - 1] / NANOS_PER_MILLI,
            lateness.length,
            PACE));
  }
}
