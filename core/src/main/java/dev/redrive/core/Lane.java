// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Timers;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread's worth of {@link Lanes}.
 *
 * <p>The reference to the job decides whose the lane is: the lane itself takes its job out when it
 * has returned, whoever abandons the job takes it out before. A lane that finds its job gone is
 * lost: it waits for the interrupt that is coming, so that it cannot hit what the thread does next,
 * and ends.
 */
final class Lane implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final long UNKNOWN = -1;

  private final Lanes lanes;
  private final AtomicReference<Lanes.@Nullable Job> job = new AtomicReference<>();
  // Written before the job and read after it, which is volatile, so it need not be.
  private long end = Long.MAX_VALUE;
  // Only the lane's own thread uses these.
  private boolean isLost;
  private long began;
  private int jobs;
  // Guarded by this.
  private @Nullable Thread thread;
  private boolean isInterrupted;

  Lane(Lanes lanes) {
    this.lanes = lanes;
  }

  boolean isBusy() {
    return job.get() != null;
  }

  Optional<Lanes.Job> job() {
    return Optional.ofNullable(job.get());
  }

  /** When the job has taken too long, as {@link Timers#nanoTime}. */
  long end() {
    return end;
  }

  /** Takes the job from the lane, if it still runs it. */
  boolean lose(Lanes.Job lost) {
    return job.compareAndSet(lost, null);
  }

  /** Interrupts a lane that was lost. */
  synchronized void interrupt() {
    isInterrupted = true;
    Thread runner = thread;
    if (runner != null) {
      runner.interrupt();
    }
    notifyAll();
  }

  @Override
  public void run() {
    synchronized (this) {
      thread = Thread.currentThread();
    }
    try {
      began = time();
      Lanes.Job next = lanes.next();
      while (next != null) {
        jobs++;
        runOne(next);
        next = isLost ? null : lanes.next();
      }
    } finally {
      // Even a thread that is being killed gives its place back.
      depart();
    }
  }

  private void runOne(Lanes.Job next) {
    end = lanes.endFromNow(next);
    job.set(next);
    // Looked at after the job is there: stop() looks for it there after saying so.
    if (lanes.isStopped()) {
      end(next, next::stopped);
      return;
    }
    try {
      lanes.began(this);
      next.run();
    } catch (Throwable escaped) {
      log.error("a job let an exception escape", escaped);
    } finally {
      // A job may leave an interrupt of its own behind; the next one must not find it.
      Thread.interrupted();
    }
    end(next, next::finished);
  }

  /** Takes the job out of the lane and says the last word on it, unless somebody else has. */
  private void end(Lanes.Job next, Runnable word) {
    isLost = !job.compareAndSet(next, null);
    if (isLost) {
      return;
    }
    try {
      word.run();
    } catch (Throwable escaped) {
      log.error("the end of a job failed", escaped);
    }
  }

  private void depart() {
    if (isLost) {
      awaitInterrupt();
      lanes.returned();
    } else {
      synchronized (this) {
        thread = null;
      }
      lanes.left(this, jobs, sinceBegan());
    }
  }

  private long sinceBegan() {
    long now = time();
    return began == UNKNOWN || now == UNKNOWN ? Long.MAX_VALUE : now - began;
  }

  private long time() {
    try {
      return lanes.now();
    } catch (RuntimeException | Error noMemory) {
      // Jobs are to be done all the same, and do not count as brief.
      return UNKNOWN;
    }
  }

  private synchronized void awaitInterrupt() {
    while (!isInterrupted) {
      try {
        wait();
      } catch (InterruptedException arrived) {
        // It is what was waited for, or one more; the flag tells.
        log.trace("a lost lane was interrupted", arrived);
      }
    }
    thread = null;
    Thread.interrupted();
  }
}
