// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.Worker;
import dev.redrive.core.Engine;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** How late retries begin while a million other messages wait in the same queue. */
final class LatenessBenchmark {
  private static final int WAITING = 1_000_000;
  private static final int RETRIES = 20_000;
  private static final double NANOS_PER_MILLI = 1e6;

  private LatenessBenchmark() {}

  static Row run() throws Exception {
    try (Folders folder = new Folders();
        Redrive redrive = Engine.open("embedded:" + folder.path())) {
      RetryPolicy policy =
          RetryPolicy.builder()
              .backoff(Backoff.fixed(Duration.ofSeconds(1)))
              .jitter(Jitter.additive(Duration.ofSeconds(10)))
              .attempts(2)
              .build();
      Queue<byte[]> queue =
          redrive.queue(
              QueueOptions.builder("bench", Codec.bytes()).concurrency(64).policy(policy).build());
      EmbeddedBenchmark.preload(queue, WAITING);
      measure(redrive, queue, new long[RETRIES / 4]);
      return row(measure(redrive, queue, new long[RETRIES]));
    }
  }

  private static long[] measure(Redrive redrive, Queue<byte[]> queue, long[] lateness)
      throws Exception {
    AtomicInteger count = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(lateness.length);
    Redrive.Registration listening =
        redrive.listen(
            event -> {
              if (event instanceof Event.Started started && started.attempt() == 2) {
                lateness[count.getAndIncrement()] = started.lateness().toNanos();
              }
            });
    Worker worker =
        queue.handle(
            message -> {
              if (message.attempt() == 1) {
                throw new IOException("not yet");
              }
              done.countDown();
            });
    try {
      Senders.run(
          lateness.length, number -> queue.send(new byte[256]).toCompletableFuture().join());
      done.await();
      worker.drain().toCompletableFuture().join();
    } finally {
      worker.close();
      listening.close();
    }
    return lateness;
  }

  private static Row row(long[] lateness) {
    Arrays.sort(lateness);
    return Row.millis(
        "lateness of retries, p99, 1M waiting",
        20,
        lateness[(int) (RETRIES * 0.99)] / NANOS_PER_MILLI,
        String.format(
            Locale.ROOT,
            "p50 %.1f ms, p99.9 %.1f ms, max %.1f ms of %,d over 10 s",
            lateness[RETRIES / 2] / NANOS_PER_MILLI,
            lateness[(int) (RETRIES * 0.999)] / NANOS_PER_MILLI,
            lateness[RETRIES - 1] / NANOS_PER_MILLI,
            RETRIES));
  }
}
