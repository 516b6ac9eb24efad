// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps delays that are too short for a transport ({@code Capabilities.minDelay}): the message
 * waits in this process under its lease, which is renewed, and so keeps its place in the order of
 * its key. There are two kinds:
 *
 * <ul>
 *   <li>a message that was handed over early waits for its due time, and is then taken as if it had
 *       come just now;
 *   <li>the settlement of an attempt that failed waits for the due time of the next one. The
 *       transport then gets a retry that is due at once.
 * </ul>
 *
 * <p>Bounded: what waits lends its credit, so that it holds up nothing else, until {@value
 * #MESSAGES_MAX} messages or {@value #BYTES_MAX} bytes wait. More may wait, but then each takes a
 * place of the worker's window, and the intake slows down.
 *
 * <p>In a crash the leases end and the messages come again, so none is lost. What had come early
 * comes as it came before. An attempt that had failed and whose settlement waited is taken for one
 * that crashed: with ATTEMPT_MARK it counts, and the next one does not wait for its backoff;
 * without it, it does not count.
 */
final class ShortDelays {
  private static final Logger log = LoggerFactory.getLogger(ShortDelays.class);
  private static final int MESSAGES_MAX = 1_000;
  private static final long BYTES_MAX = 16L * 1_024 * 1_024;

  private final Duration minDelay;
  private final Environment environment;
  private final Credit credit;
  private final DelayLine<Wait> line;
  private final AtomicInteger messages = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean isEnded;

  ShortDelays(Duration minDelay, Environment environment, Credit credit) {
    this.minDelay = minDelay;
    this.environment = environment;
    this.credit = credit;
    this.line = DelayLine.byClock(environment, this::over);
    this.isEnded = minDelay.isZero();
  }

  private static final class Wait extends DueHeap.Node {
    private final int size;
    private final Runnable then;
    private boolean isLent;

    Wait(Instant due, int size, Runnable then) {
      super(DueHeap.nanos(due));
      this.size = size;
      this.then = then;
    }
  }

  /** True if what is due then is to wait here. */
  boolean isShort(Instant due) {
    if (isEnded) {
      return false;
    }
    Duration left = Duration.between(environment.clock().instant(), due);
    return !left.isNegative() && !left.isZero() && left.compareTo(minDelay) < 0;
  }

  /**
   * Runs the action at the message's due time, on the timers' thread. If this throws, it will not.
   *
   * @param takesPlace whether the message takes the place of one that is wanted, and so lends one
   */
  void await(Handed message, Instant due, boolean takesPlace, Runnable then) {
    Wait wait = new Wait(due, message.in().body().length, then);
    int count = messages.incrementAndGet();
    long sum = bytes.addAndGet(wait.size);
    try {
      if (takesPlace && count <= MESSAGES_MAX && sum <= BYTES_MAX) {
        wait.isLent = true;
        credit.lend();
      }
      line.add(wait);
    } catch (Throwable failure) {
      // No memory to wait in, or for its timer: it does not wait, and its caller knows.
      leave(wait);
      throw failure;
    }
    // Looked at after the adding: end() looks among what waits after saying so.
    if (isEnded && line.remove(wait)) {
      over(wait);
    }
  }

  /** Sees to it that what waits is watched, which may have failed before. */
  void watch() {
    line.watch();
  }

  /** Lets all that waits go on at once, and nothing wait any more. */
  void end() {
    isEnded = true;
    line.removeAll().forEach(this::over);
  }

  private void leave(Wait wait) {
    messages.decrementAndGet();
    bytes.addAndGet(-wait.size);
    if (wait.isLent) {
      credit.repay();
    }
  }

  private void over(Wait wait) {
    leave(wait);
    try {
      wait.then.run();
    } catch (Throwable failure) {
      // The others that are due with it must go on all the same.
      log.error("a message that waited for its time could not go on and comes again", failure);
    }
  }
}
