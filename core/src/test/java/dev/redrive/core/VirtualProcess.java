// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** A process on virtual time that can be killed: what it had set going then never happens. */
final class VirtualProcess {
  private final VirtualTime time;
  private final Environment environment;
  private volatile boolean isDead;
  private volatile boolean isStubborn;

  VirtualProcess(VirtualTime time, long seed) {
    this.time = time;
    this.environment =
        new Environment(
            time, new Mortal(), new Random(seed), this::execute, VirtualProcess::noThread);
  }

  Environment environment() {
    return environment;
  }

  void kill() {
    isDead = true;
  }

  /** From now on every timer fires, as if each were cancelled just as it is about to. */
  void ignoreCancelling() {
    isStubborn = true;
  }

  private final class Mortal implements Timers {
    @Override
    public Timer at(Instant when, Runnable action) {
      return stubborn(time.at(when, whileAlive(action)));
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
      return stubborn(time.after(delay, whileAlive(action)));
    }

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }

    private Timer stubborn(Timer timer) {
      return () -> !isStubborn && timer.cancel();
    }
  }

  private void execute(Runnable task) {
    time.execute(whileAlive(task));
  }

  private Runnable whileAlive(Runnable task) {
    return () -> {
      if (!isDead) {
        task.run();
      }
    };
  }

  private static Thread noThread(Runnable loop) {
    throw new IllegalStateException("nothing may start a thread on virtual time");
  }
}
