// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;

/**
 * A clock, timers and an executor that move only when told to, so that a whole engine with its
 * transport runs in one thread, always in the same way.
 *
 * <p>Tasks run in the order they were given, timers in the order of their times (and of one time in
 * the order they were set), each at exactly its time. Nothing runs inside {@link #execute} or
 * {@link #at}; all of it runs in the thread that calls {@link #advance}, {@link #runUntilIdle} or
 * {@link #advanceUntil}, one such call at a time. What a task throws rises out of that call.
 *
 * <p>Tasks and timers may be given, and the clock may be read, from any thread.
 */
public final class VirtualTime implements InstantSource, Timers, Executor {
  /** When virtual time begins unless told otherwise: a whole second, on no special day. */
  public static final Instant START = Instant.parse("2030-03-05T10:00:00Z");

  private static final long STEPS_MAX = 10_000_000;
  private static final Slot NEVER = new Slot(Instant.MAX, Long.MAX_VALUE);

  // Guards everything below.
  private final Object lock = new Object();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final TreeMap<Slot, Runnable> timers = new TreeMap<>();
  // By the time that they would have if the clock had never jumped.
  private final TreeMap<Slot, Runnable> waits = new TreeMap<>();
  private final Instant start;
  private Instant now;
  private Duration jumped = Duration.ZERO;
  private long timersSet;
  private boolean isDriven;

  /** Begins at {@link #START}. */
  public VirtualTime() {
    this(START);
  }

  /** Begins at this time. */
  public VirtualTime(Instant start) {
    this.start = start;
    this.now = start;
  }

  private record Slot(Instant when, long number) implements Comparable<Slot> {
    @Override
    public int compareTo(Slot other) {
      int byTime = when.compareTo(other.when);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }

    Slot shifted(Duration by) {
      return when.equals(Instant.MAX) ? this : new Slot(when.plus(by), number);
    }
  }

  @Override
  public Instant instant() {
    synchronized (lock) {
      return now;
    }
  }

  @Override
  public void execute(Runnable task) {
    synchronized (lock) {
      tasks.addLast(task);
    }
  }

  @Override
  public Timer at(Instant when, Runnable action) {
    synchronized (lock) {
      Slot slot = new Slot(when, timersSet++);
      timers.put(slot, action);
      return () -> cancel(timers, slot);
    }
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    synchronized (lock) {
      Duration most = Duration.between(now, Instant.MAX);
      Instant when = delay.compareTo(most) >= 0 ? Instant.MAX : now.plus(delay);
      Slot slot = new Slot(when.equals(Instant.MAX) ? when : when.minus(jumped), timersSet++);
      waits.put(slot, action);
      return () -> cancel(waits, slot);
    }
  }

  @Override
  public long nanoTime() {
    synchronized (lock) {
      return Duration.between(start, now.minus(jumped)).toNanos();
    }
  }

  private boolean cancel(Map<Slot, Runnable> from, Slot slot) {
    synchronized (lock) {
      return from.remove(slot) != null;
    }
  }

  /**
   * An environment that lives wholly on this time: its randomness is repeatable, and it refuses to
   * start threads.
   */
  public Environment environment(long seed) {
    return environment(
        seed,
        this,
        loop -> {
          throw new IllegalStateException(
              "nothing may start a thread on virtual time: use the environment's executor");
        });
  }

  /**
   * An environment with this clock and these timers, for a transport that needs real threads
   * besides. Timers still fire in the thread that drives the time.
   */
  public Environment environment(long seed, Executor executor, ThreadFactory threads) {
    return new Environment(this, this, new Random(seed), executor, threads);
  }

  /** Runs what is ready now, and what that makes ready, without moving the time. */
  public void runUntilIdle() {
    advance(Duration.ZERO);
  }

  /**
   * Lets this much time pass: runs what is ready, then each timer at its time with all that follows
   * from it.
   *
   * @throws IllegalArgumentException if the time is negative; see {@link #shift}
   * @throws IllegalStateException if called from inside of a task, from two threads at once, or if
   *     there is no end to the tasks
   */
  public void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("time does not pass backwards: shift the clock instead");
    }
    Instant target = instant().plus(by);
    drive(target, () -> false);
  }

  /**
   * Lets time pass from timer to timer until the condition holds, this long at most; the time then
   * stands where it began to hold, or at the limit.
   *
   * @return whether it holds
   */
  public boolean advanceUntil(BooleanSupplier condition, Duration limit) {
    return drive(instant().plus(limit), condition);
  }

  /**
   * Lets the clock jump, forward or back, without time passing: nothing runs. Timers for a time of
   * day keep it; those that are to come after some time still come after it.
   */
  public void shift(Duration by) {
    synchronized (lock) {
      now = now.plus(by);
      jumped = jumped.plus(by);
    }
  }

  /** How many tasks and timers wait. */
  public int pending() {
    synchronized (lock) {
      return tasks.size() + timers.size() + waits.size();
    }
  }

  private boolean drive(Instant target, BooleanSupplier condition) {
    synchronized (lock) {
      if (isDriven) {
        throw new IllegalStateException("time is being driven already; do it from one place only");
      }
      isDriven = true;
    }
    try {
      long steps = 0;
      while (!condition.getAsBoolean()) {
        Optional<Runnable> step = next(target);
        if (step.isEmpty()) {
          return condition.getAsBoolean();
        }
        step.get().run();
        if (++steps > STEPS_MAX) {
          throw new IllegalStateException(
              "no end after " + STEPS_MAX + " tasks; something sets itself up again and again");
        }
      }
      return true;
    } finally {
      synchronized (lock) {
        isDriven = false;
      }
    }
  }

  /** The next thing to run up to the target, with the clock moved to its time. */
  private Optional<Runnable> next(Instant target) {
    synchronized (lock) {
      if (!tasks.isEmpty()) {
        return Optional.of(tasks.removeFirst());
      }
      Instant limit = target.isAfter(now) ? target : now;
      Slot timer = timers.isEmpty() ? NEVER : timers.firstKey();
      Slot wait = waits.isEmpty() ? NEVER : waits.firstKey().shifted(jumped);
      boolean isTimer = timer.compareTo(wait) <= 0;
      Instant when = isTimer ? timer.when() : wait.when();
      if (when.isAfter(limit)) {
        now = limit;
        return Optional.empty();
      }
      if (when.isAfter(now)) {
        now = when;
      }
      return Optional.ofNullable((isTimer ? timers : waits).pollFirstEntry())
          .map(Map.Entry::getValue);
    }
  }
}
