// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs on so many threads at once, each job under a timeout.
 *
 * <p>A {@link Lane} is a thread of the executor that takes one job after another while there are
 * any. A job that throws anything does not end its lane. A job that passes its timeout is
 * interrupted and loses its lane: another lane starts in its place at once, and the lost one ends
 * whenever its job returns. Lost lanes that do not return are bounded (as many as there are lanes,
 * or 16); beyond, jobs wait, because a program whose handlers all hang must not be given ever more
 * threads.
 *
 * <p>Jobs that are submitted together have their lanes started together, and no more lanes than
 * their {@link LanePace} is worth; when those are stuck for a moment, the others get theirs.
 *
 * <p>Timeouts need no timer for each job: one that waits for the earliest end, and then looks for
 * the next earliest, serves all lanes. A job's begin and end take no lock, only the coming and
 * going of lanes does.
 */
final class Lanes {
  private static final Logger log = LoggerFactory.getLogger(Lanes.class);
  private static final int LOST_MIN = 16;
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long REFUSED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * Something to be run in a lane. Of what follows {@link #run}, exactly one is called, and if the
   * job was lost to a timeout or a stop, while it may still be under way.
   */
  interface Job {
    /**
     * How long it may run from now on, as the lanes allow or for less. It is about to, on the
     * lane's thread.
     */
    default long limit(long nanos) {
      return nanos;
    }

    /** Does the work, on the lane's thread. */
    void run();

    /** {@link #run} has returned, or threw, in time. */
    void finished();

    /** The timeout has passed; {@link #run} is still under way. */
    void timedOut();

    /** The lanes were stopped, or the job is not wanted any more; it may be running or not. */
    void stopped();
  }

  private final Environment environment;
  private final Executor executor;
  private final Queue<Job> waiting = new ConcurrentLinkedQueue<>();
  private final Set<Lane> lanes = ConcurrentHashMap.newKeySet();
  private final WakeUp sweep;
  private final WakeUp restart;
  private final WakeUp relief;
  private final LanePace pace = new LanePace();
  // Who submits several jobs now, and starts lanes for them at the end.
  private final AtomicInteger submitters = new AtomicInteger();
  // Protects the counts of lanes.
  private final Object lock = new Object();
  private int laneCount;
  private int lostCount;
  private @Nullable CompletableFuture<Void> idle;
  // Written under the lock, read anywhere: whether one more lane may be, and whether one is too
  // many.
  private volatile boolean isFull;
  private volatile boolean isOver;
  private volatile int laneMax;
  private volatile long timeoutNanos;
  private volatile boolean isStopped;

  Lanes(Environment environment, Executor executor, int laneMax, Duration timeout) {
    this.environment = environment;
    this.executor = executor;
    this.laneMax = laneMax;
    this.timeoutNanos = Times.nanos(timeout);
    this.sweep = WakeUp.byElapsed(environment, this::sweep);
    this.restart = WakeUp.byElapsed(environment, this::startLanes);
    this.relief = WakeUp.byElapsed(environment, this::relieve);
  }

  /** Changes the limits for jobs that begin from now on. */
  void limit(int laneMax, Duration timeout) {
    synchronized (lock) {
      this.laneMax = laneMax;
      this.timeoutNanos = Times.nanos(timeout);
      counted();
    }
    startLanes();
  }

  int runningCount() {
    int count = 0;
    for (Lane lane : lanes) {
      if (lane.isBusy()) {
        count++;
      }
    }
    return count;
  }

  /** Runs the job when a lane is free; once stopped, tells it so. */
  void submit(Job job) {
    waiting.add(job);
    if (isStopped) {
      // Looked at after the adding: stop() looks among what waits after saying so.
      forgetWaiting();
    } else if (!isFull && submitters.get() == 0) {
      startLane();
    }
  }

  /** Does something that submits jobs, perhaps several, and then starts lanes for all of them. */
  void together(Runnable submits) {
    submitters.incrementAndGet();
    try {
      submits.run();
    } finally {
      submitters.decrementAndGet();
      startLanesOrNone();
    }
  }

  private void startLanesOrNone() {
    try {
      startLanes();
    } catch (RuntimeException | Error noMemory) {
      // Neither a thread nor a timer that would try again: whoever waits is told so.
      log.error("no thread for handlers, what waits for one is given back", noMemory);
      synchronized (lock) {
        if (laneCount > 0) {
          return;
        }
      }
      forgetWaiting();
    }
  }

  /** Interrupts the job that this is true of, if it is running, and takes its lane from it. */
  void abandon(Predicate<Job> isWanted) {
    for (Lane lane : lanes) {
      lane.job().filter(isWanted).filter(lane::lose).ifPresent(job -> end(lane, job::stopped));
    }
  }

  /** Completes when nothing waits and nothing runs; lost lanes do not count. */
  CompletableFuture<Void> idle() {
    synchronized (lock) {
      CompletableFuture<Void> asked = idle;
      if (asked == null) {
        asked = new CompletableFuture<>();
        idle = asked;
      }
      if (laneCount == 0 && waiting.isEmpty()) {
        asked.complete(null);
      }
      return asked;
    }
  }

  /** Interrupts all that runs and forgets what waits; each job is told. Nothing runs any more. */
  void stop() {
    isStopped = true;
    forgetWaiting();
    for (Lane lane : lanes) {
      lane.job().filter(lane::lose).ifPresent(job -> end(lane, job::stopped));
    }
  }

  boolean isStopped() {
    return isStopped;
  }

  private void forgetWaiting() {
    Job forgotten = waiting.poll();
    while (forgotten != null) {
      forgotten.stopped();
      forgotten = waiting.poll();
    }
  }

  /** Starts a lane for each job that waits, if so many may be. */
  private void startLanes() {
    Iterator<Job> jobs = waiting.iterator();
    while (jobs.hasNext() && startLane()) {
      jobs.next();
    }
  }

  /** Jobs were left to the lanes there are: if these take none, they get lanes of their own. */
  private void relieve() {
    Job first = waiting.peek();
    pace.waitsFirst(first);
    startLanes();
    if (first != null && !isWatched()) {
      pace.doubt();
    }
  }

  /** Looks after the jobs that wait in a moment; false if that cannot be. */
  private boolean isWatched() {
    try {
      relief.notAfter(now() + PATIENCE_NANOS);
      return true;
    } catch (RuntimeException | Error noMemory) {
      log.debug("what waits for a lane cannot be watched", noMemory);
      return false;
    }
  }

  private boolean isEnough() {
    synchronized (lock) {
      if (!pace.isEnough(laneCount)) {
        return false;
      }
    }
    return isWatched();
  }

  /** Starts one lane, if one more may be. */
  private boolean startLane() {
    if (isEnough()) {
      return false;
    }
    synchronized (lock) {
      // A stuck lane gives its place away, but only so many may be stuck at once.
      if (laneCount >= laneMax || lostCount >= lostMax()) {
        return false;
      }
      laneCount++;
      counted();
    }
    Lane lane = null;
    try {
      lane = new Lane(this);
      lanes.add(lane);
      executor.execute(lane);
      return true;
    } catch (RuntimeException | Error refused) {
      // A bounded pool that is full, or no memory for a thread: the jobs wait until there is one.
      if (lane != null) {
        lanes.remove(lane);
      }
      leave();
      restart.notAfter(now() + REFUSED_PAUSE_NANOS);
      log.warn("no thread for a handler, tried again in a moment: {}", refused.toString());
      return false;
    }
  }

  private int lostMax() {
    return Math.max(LOST_MIN, laneMax);
  }

  /** A lane's next job; null ends the lane. */
  @Nullable Job next() {
    return isOver ? null : waiting.poll();
  }

  // Guarded by the lock.
  private void counted() {
    isFull = laneCount >= laneMax;
    isOver = laneCount > laneMax;
    CompletableFuture<Void> asked = idle;
    if (asked != null && laneCount == 0 && waiting.isEmpty()) {
      asked.complete(null);
    }
  }

  /** A lane has ended for want of jobs, of which it did so many in this time. */
  void left(Lane lane, int jobs, long nanos) {
    pace.did(jobs, nanos);
    lanes.remove(lane);
    leave();
    // A job may have come after the lane's last look, and found it still counted.
    if (!waiting.isEmpty()) {
      startLane();
    }
  }

  private void leave() {
    synchronized (lock) {
      laneCount--;
      counted();
    }
  }

  // Not of the wall clock: one that is set must not time all handlers out, nor none any more.
  long now() {
    return environment.timers().nanoTime();
  }

  /** When a job that begins now has taken too long, as {@link Timers#nanoTime}. */
  long endFromNow(Job job) {
    try {
      return Times.later(now(), job.limit(timeoutNanos));
    } catch (RuntimeException | Error noMemory) {
      // Better without a timeout than not at all: the job is in nobody else's hands.
      return Long.MAX_VALUE;
    }
  }

  /** A job begins in the lane: sees to it that its timeout is watched. */
  void began(Lane lane) {
    try {
      sweep.notAfter(lane.end());
    } catch (RuntimeException | Error failure) {
      // Timers that are closing, perhaps, or no memory for one. Better without a timeout than not
      // at all.
      log.error("the timeout of a job cannot be watched", failure);
    }
  }

  /** Takes the lanes of jobs that have passed their timeout, and waits for the next one. */
  private void sweep() {
    long now = now();
    List<Runnable> ends = new ArrayList<>();
    for (Lane lane : lanes) {
      Job job = lane.job().orElse(null);
      if (job == null) {
        continue;
      }
      // Read after the job: it may belong to a later one, which then only looks younger.
      long end = lane.end();
      if (end > now) {
        sweep.notAfter(end);
      } else if (lane.lose(job)) {
        ends.add(() -> end(lane, job::timedOut));
      }
    }
    ends.forEach(Runnable::run);
  }

  // First the word, then the interrupt: the job's own end must come too late to count.
  private void end(Lane lane, Runnable word) {
    lanes.remove(lane);
    synchronized (lock) {
      laneCount--;
      lostCount++;
      counted();
      if (lostCount >= lostMax()) {
        log.warn(
            "{} handlers were timed out and have not returned; nothing more is started until some"
                + " do. Let handlers end when they are interrupted",
            lostCount);
      }
    }
    try {
      word.run();
    } catch (Throwable failure) {
      // The other jobs that end with this one must be told all the same.
      log.error("a job's end failed", failure);
    } finally {
      lane.interrupt();
    }
    startLanes();
  }

  /** A lost lane's job has returned after all. */
  void returned() {
    synchronized (lock) {
      lostCount--;
    }
    startLanes();
  }
}
