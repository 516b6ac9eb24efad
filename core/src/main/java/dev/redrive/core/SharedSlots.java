// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of a {@link dev.redrive.WorkerPool}, and who of its workers gets the next one.
 *
 * <p>Start-time fair queueing (Goyal, Vin, Cheng: "Start-Time Fair Queueing", SIGCOMM 1996) with
 * attempts for packets: each attempt moves its worker on by one over its weight, and of those that
 * wait the one that is least far on is next. Who did not wait for a while comes in where the others
 * are, and has saved nothing up. A choice takes O(log n) of the workers that wait.
 *
 * <p>An attempt that is free while somebody waits is given to who is next, and that worker is woken
 * to begin it; who has nothing to begin any more declines it. Thread-safe; nothing foreign is
 * called under the lock. Workers call in under theirs, and so the executor must not run what it is
 * given on the thread that gives it.
 */
final class SharedSlots {
  private static final Logger log = LoggerFactory.getLogger(SharedSlots.class);
  // Divisible by all small weights; a century of attempts does not overflow.
  private static final long STEP = 720_720;

  private final Executor executor;
  private final Object lock = new Object();
  // All below is guarded by the lock.
  private final TreeSet<Place> waiting =
      new TreeSet<>(
          Comparator.comparingLong((Place place) -> place.progress)
              .thenComparingLong(place -> place.number));
  private int size;
  private int taken;
  private long places;
  // How far on the worker was that was given the last attempt.
  private long now;

  SharedSlots(int size, Executor executor) {
    this.size = size;
    this.executor = executor;
  }

  /** Changes how many attempts there are. Those that run go on. */
  void resize(int changed) {
    List<Place> next;
    synchronized (lock) {
      size = changed;
      next = given();
    }
    wake(next);
  }

  /** A worker's place; its turn is told on a thread of the executor. */
  Seat seat(int weight, Runnable turn) {
    synchronized (lock) {
      return new Place(weight, turn, places++);
    }
  }

  /** Gives what is free to those that are next. Called under the lock. */
  private List<Place> given() {
    List<Place> next = List.of();
    while (taken < size && !waiting.isEmpty()) {
      if (next.isEmpty()) {
        next = new ArrayList<>();
      }
      Place first = waiting.first();
      next.add(first);
      waiting.remove(first);
      first.isWaiting = false;
      first.given++;
      first.moveOn();
    }
    return next;
  }

  private void wake(List<Place> next) {
    for (Place place : next) {
      try {
        executor.execute(place.turn);
      } catch (Throwable refused) {
        // No memory: the worker finds it when it next looks, at the latest with its upkeep.
        log.debug("no thread to tell a worker that it is its turn", refused);
      }
    }
  }

  private final class Place implements Seat {
    private final long step;
    private final long number;
    private final Runnable turn;
    // Guarded by the lock.
    private long progress;
    private boolean isWaiting;
    // Attempts that it was woken for and has not begun.
    private int given;

    Place(int weight, Runnable turn, long number) {
      this.step = STEP / weight;
      this.turn = turn;
      this.number = number;
    }

    // One that waits must not be moved: the order of those that wait would be broken.
    private void moveOn() {
      now = Math.max(now, progress);
      progress += step;
      taken++;
    }

    @Override
    public boolean take() {
      synchronized (lock) {
        if (given > 0) {
          given--;
          return true;
        }
        if (taken < size) {
          // Also if it waits: whoever was to wake it may have had no memory for that.
          waitNoMore();
          progress = Math.max(progress, now);
          moveOn();
          return true;
        }
        if (!isWaiting) {
          progress = Math.max(progress, now);
          waiting.add(this);
          isWaiting = true;
        }
        return false;
      }
    }

    private void waitNoMore() {
      if (isWaiting) {
        waiting.remove(this);
        isWaiting = false;
      }
    }

    @Override
    public void free() {
      release(1);
    }

    @Override
    public void unused() {
      synchronized (lock) {
        moveBack(1);
      }
      release(1);
    }

    // Out and in again if it waits, for the same reason.
    private void moveBack(int count) {
      boolean waits = isWaiting;
      waitNoMore();
      progress -= count * step;
      if (waits) {
        waiting.add(this);
        isWaiting = true;
      }
    }

    private void release(int count) {
      List<Place> next;
      synchronized (lock) {
        taken -= count;
        next = given();
      }
      wake(next);
    }

    @Override
    public void decline() {
      int declined;
      synchronized (lock) {
        waitNoMore();
        declined = given;
        given = 0;
        progress -= declined * step;
      }
      if (declined > 0) {
        release(declined);
      }
    }

    @Override
    public void move(int running) {
      synchronized (lock) {
        taken += running;
      }
    }

    @Override
    public void leave(int running) {
      decline();
      release(running);
    }
  }
}
