// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action on a loop at a time that changes, by one of the two clocks. Used by that loop
 * alone.
 *
 * @param <T> a time of that clock
 */
final class Alarm<T> {
  private final BiFunction<T, Runnable, Timers.Timer> clock;
  private final Loop loop;
  private final Runnable action;
  // Null while it is not set.
  private Timers.@Nullable Timer timer;
  private Optional<T> time = Optional.empty();

  private Alarm(BiFunction<T, Runnable, Timers.Timer> clock, Loop loop, Runnable action) {
    this.clock = clock;
    this.loop = loop;
    this.action = action;
  }

  /** For times of the wall clock. */
  static Alarm<Instant> byClock(Timers timers, Loop loop, Runnable action) {
    return new Alarm<>(timers::at, loop, action);
  }

  /** For times of {@link Timers#nanoTime}. */
  static Alarm<Long> byElapsed(Timers timers, Loop loop, Runnable action) {
    return new Alarm<>(
        (time, wake) -> timers.after(Duration.ofNanos(time - timers.nanoTime()), wake),
        loop,
        action);
  }

  /** Sets it to a time, or to none. */
  void set(Optional<T> when) {
    if (!when.equals(time)) {
      cancel();
      time = when;
      timer = when.map(set -> clock.apply(set, () -> loop.execute(() -> fire(set)))).orElse(null);
    }
  }

  /** Sets it unless it is set. */
  void setUnlessSet(T when) {
    if (timer == null) {
      set(Optional.of(when));
    }
  }

  void cancel() {
    if (timer != null) {
      timer.cancel();
    }
    timer = null;
    time = Optional.empty();
  }

  private void fire(T when) {
    // It may have been set to another time while this was on its way.
    if (time.filter(when::equals).isPresent()) {
      timer = null;
      time = Optional.empty();
      action.run();
    }
  }
}
