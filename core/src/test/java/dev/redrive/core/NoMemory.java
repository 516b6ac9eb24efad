// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * An environment in which memory runs out for some calls in a row, as each of them has something to
 * allocate. As in a real one, what a task lets escape ends that task alone.
 */
final class NoMemory {
  private long calls;
  private long first = Long.MAX_VALUE;
  private long count;

  /** The so-maniest call from now on, and so many calls from it on, find no memory. */
  void from(long nth, long count) {
    this.calls = 0;
    this.first = nth;
    this.count = count;
  }

  /** There is memory again; true if there was none for some call. */
  boolean ended() {
    boolean wasNone = calls >= first;
    first = Long.MAX_VALUE;
    return wasNone;
  }

  Environment in(Environment sound) {
    return new Environment(
        () -> allocated(() -> sound.clock().instant()),
        new Failing(sound.timers()),
        sound.random(),
        task ->
            allocated(
                () -> {
                  sound.executor().execute(surviving(task));
                  return task;
                }),
        sound.threads());
  }

  private <R> R allocated(Supplier<R> call) {
    calls++;
    if (calls >= first && calls - first < count) {
      throw new OutOfMemoryError("planned, call " + calls);
    }
    return call.get();
  }

  private static Runnable surviving(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (OutOfMemoryError planned) {
        // Its thread goes on.
      }
    };
  }

  private final class Failing implements Timers {
    private final Timers sound;

    Failing(Timers sound) {
      this.sound = sound;
    }

    @Override
    public Timer at(Instant when, Runnable action) {
      return allocated(() -> sound.at(when, surviving(action)));
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
      return allocated(() -> sound.after(delay, surviving(action)));
    }

    @Override
    public long nanoTime() {
      return allocated(sound::nanoTime);
    }
  }
}
