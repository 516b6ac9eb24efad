// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.IdempotencyStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a queue's idempotency store is doing, and what came of asking it. Thread-safe. */
final class StoreHealth {
  private static final Logger log = LoggerFactory.getLogger(StoreHealth.class);
  private static final Duration PAUSE_MIN = Duration.ofMillis(200);
  private static final int DOUBLINGS_MAX = 5;

  private final String queue;
  private final RandomGenerator random;
  private final LongAdder recognised = new LongAdder();
  private final LongAdder busy = new LongAdder();
  private final LongAdder unstored = new LongAdder();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile Optional<String> trouble = Optional.empty();

  StoreHealth(String queue, RandomGenerator random) {
    this.queue = queue;
    this.random = random;
  }

  /** The store answered. */
  void answers() {
    if (trouble.isPresent()) {
      trouble = Optional.empty();
      log.info("the idempotency store of queue {} answers again", queue);
    }
  }

  /** The store did not answer, or refused. Logged once, until it answers again. */
  void fails(Throwable failure) {
    String why = Causes.unwrap(failure).toString();
    if (trouble.isEmpty()) {
      log.warn(
          "the idempotency store of queue {} cannot be used, messages wait for it uncounted: {}",
          queue,
          why);
    }
    trouble = Optional.of(why);
  }

  /** How long to wait after so many tries that failed: 0.1 to 6.4 s, doubled, half of it chance. */
  Duration pause(int tries) {
    long longest = PAUSE_MIN.toNanos() << Math.min(tries, DOUBLINGS_MAX);
    return Duration.ofNanos(random.nextLong(longest / 2, longest));
  }

  void recognised() {
    recognised.increment();
  }

  void busy() {
    busy.increment();
  }

  void unstored() {
    unstored.increment();
  }

  void waits() {
    waiting.incrementAndGet();
  }

  void waitsNoMore() {
    waiting.decrementAndGet();
  }

  IdempotencyStatus status() {
    return new IdempotencyStatus(
        recognised.sum(), busy.sum(), unstored.sum(), waiting.get(), trouble);
  }
}
