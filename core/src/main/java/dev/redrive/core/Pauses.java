// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a queue is paused, by a person or for a failure's sake, and when that ends by itself.
 * Puts pauses, their ends, the close and new workers in order: one at a time. Thread-safe.
 */
final class Pauses {
  private static final Logger log = LoggerFactory.getLogger(Pauses.class);
  private static final Duration END_AGAIN = Duration.ofSeconds(1);

  /** All that takes messages of the queue. Called in order. */
  interface Taking {
    /** Subscribes for all, or, if that fails, for none, and throws. */
    void open();

    /** Begins to take messages. */
    void start();

    /** Takes nothing more. */
    void stop();
  }

  private final QueueEngine<?> queue;
  private final Timers timers;
  private final Taking taking;
  private final Object lock = new Object();
  // Guarded by the lock.
  private Timers.@Nullable Timer holdEnd;
  // Goes up with each pause and each end of one.
  private long changes;
  private boolean isClosed;
  private volatile Optional<String> reason = Optional.empty();

  Pauses(QueueEngine<?> queue, Environment environment, Taking taking) {
    this.queue = queue;
    this.timers = environment.timers();
    this.taking = taking;
  }

  /** Does something in order with pauses, their ends and the close. */
  void inOrder(Runnable change) {
    synchronized (lock) {
      change.run();
    }
  }

  /** True unless it is paused or closed; to be asked in order with these. */
  boolean isTaking() {
    synchronized (lock) {
      return reason.isEmpty() && !isClosed;
    }
  }

  /** True once it is closed; to be asked in order with that. */
  boolean isClosed() {
    synchronized (lock) {
      return isClosed;
    }
  }

  /** Why it is paused; empty while it is not. */
  Optional<String> reason() {
    return reason;
  }

  /** Pauses until somebody resumes it. */
  void pause(String why) {
    synchronized (lock) {
      stop(why, Optional.empty());
    }
  }

  /** Ends a pause, whoever began it. Without one, does nothing. */
  void resume() {
    synchronized (lock) {
      if (reason.isEmpty()) {
        return;
      }
      taking.open();
      forgetHold();
      reason = Optional.empty();
      queue.events().tell(() -> new Event.Resumed(queue.name(), queue.now()));
      taking.start();
    }
  }

  /** Pauses for a failure's sake, unless it is paused already. */
  void hold(String why, Optional<Duration> time) {
    synchronized (lock) {
      if (reason.isEmpty()) {
        stop(why, time.map(each -> Times.after(queue.now(), each)));
        time.ifPresent(this::endHoldAfter);
      }
    }
  }

  // Guarded by the lock.
  private void endHoldAfter(Duration time) {
    long hold = changes;
    holdEnd = timers.after(time, () -> endHold(hold));
  }

  private void endHold(long hold) {
    synchronized (lock) {
      // A person may have resumed it, or paused it for another reason, as this was about to run.
      if (hold != changes) {
        return;
      }
      try {
        queue.resume();
      } catch (RuntimeException failure) {
        log.warn(
            "the hold of queue {} cannot end now, tried again in a moment: {}",
            queue.name(),
            failure.toString());
        endHoldAfter(END_AGAIN);
      }
    }
  }

  // Guarded by the lock.
  private void stop(String why, Optional<Instant> until) {
    forgetHold();
    reason = Optional.of(why);
    taking.stop();
    queue.events().tell(() -> new Event.Paused(queue.name(), queue.now(), why, until));
  }

  // Guarded by the lock.
  private void forgetHold() {
    changes++;
    Timers.Timer pending = holdEnd;
    if (pending != null) {
      pending.cancel();
      holdEnd = null;
    }
  }

  /** Nothing takes messages any more, whatever ends. */
  void close() {
    synchronized (lock) {
      isClosed = true;
      forgetHold();
    }
  }
}
