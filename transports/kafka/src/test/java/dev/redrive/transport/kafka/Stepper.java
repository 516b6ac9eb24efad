// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Timers.Timer;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread wait on virtual time. Whoever lets time pass waits, at each moment at which the
 * thread goes on, until it rests again: so both go on in turn, always in the same way.
 */
final class Stepper {
  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final VirtualTime time;

  // All below is guarded by this.
  private Optional<BooleanSupplier> awaited = Optional.empty();
  private boolean isOver;
  private long waits;
  private boolean isEnded;

  Stepper(VirtualTime time) {
    this.time = time;
  }

  /** The thread, which is to do this. */
  Thread thread(Runnable task) {
    Runnable stepped =
        () -> {
          try {
            task.run();
          } finally {
            end();
          }
        };
    Thread thread = new Thread(stepped, "stepped");
    thread.setDaemon(true);
    return thread;
  }

  private synchronized void end() {
    isEnded = true;
    notifyAll();
  }

  synchronized boolean isEnded() {
    return isEnded;
  }

  /**
   * Waits, on the thread.
   *
   * @param happened looked at by several threads
   * @return whether it has happened in this time
   */
  synchronized boolean await(BooleanSupplier happened, Duration atMost) {
    if (happened.getAsBoolean() || atMost.isZero()) {
      return happened.getAsBoolean();
    }
    long number = ++waits;
    isOver = false;
    awaited = Optional.of(happened);
    Timer timer = time.after(atMost, () -> over(number));
    notifyAll();
    try {
      while (!isOver && !happened.getAsBoolean()) {
        wait();
      }
      return happened.getAsBoolean();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    } finally {
      awaited = Optional.empty();
      timer.cancel();
    }
  }

  private synchronized void over(long number) {
    if (number == waits && awaited.isPresent()) {
      isOver = true;
      notifyAll();
      rests();
    }
  }

  /** Something has happened that the thread may wait for. */
  synchronized void stir() {
    notifyAll();
  }

  /** Returns when the thread can do no more before time passes or something happens. */
  synchronized void rests() {
    long start = System.nanoTime();
    while (!isAtRest()) {
      if (System.nanoTime() - start > BOUND_NANOS) {
        throw new AssertionError("the thread does not come to rest");
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, BOUND_NANOS / 30);
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }
  }

  private boolean isAtRest() {
    return isEnded || (!isOver && awaited.filter(happened -> !happened.getAsBoolean()).isPresent());
  }

  /** Tasks for which the thread waits. */
  Tasks tasks() {
    return new SteppedTasks(this);
  }

  /** Tasks whose waits take virtual time. */
  private static final class SteppedTasks extends Tasks {
    private final Stepper stepper;

    private SteppedTasks(Stepper stepper) {
      this.stepper = stepper;
    }

    @Override
    void add(Runnable task) {
      super.add(task);
      stepper.stir();
    }

    @Override
    @Nullable Runnable poll(long nanos) {
      stepper.await(() -> !isEmpty(), Duration.ofNanos(nanos));
      return poll();
    }

    @Override
    void pause(long nanos) {
      stepper.await(() -> false, Duration.ofNanos(nanos));
    }
  }
}
