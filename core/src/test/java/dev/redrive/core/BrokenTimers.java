// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Virtual timers that a test spoils: what it makes of each timer that is set is given out. */
class BrokenTimers implements Timers {
  private final VirtualTime time;
  private final UnaryOperator<Timer> spoil;

  BrokenTimers(VirtualTime time, UnaryOperator<Timer> spoil) {
    this.time = time;
    this.spoil = spoil;
  }

  static Environment environment(VirtualTime time, UnaryOperator<Timer> spoil) {
    return new Environment(
        time, new BrokenTimers(time, spoil), new Random(1), Runnable::run, Thread::new);
  }

  @Override
  public Timer at(Instant when, Runnable action) {
    return spoil.apply(time.at(when, action));
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    return spoil.apply(time.after(delay, action));
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }
}
