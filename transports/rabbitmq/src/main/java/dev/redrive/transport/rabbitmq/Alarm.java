// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Runs an action on a loop at a time that changes. Used by that loop alone. */
final class Alarm {
  private final Environment environment;
  private final Loop loop;
  private final Runnable action;
  // Null while it is not set.
  private Timers.@Nullable Timer timer;
  private Instant at = Instant.MAX;

  Alarm(Environment environment, Loop loop, Runnable action) {
    this.environment = environment;
    this.loop = loop;
    this.action = action;
  }

  /** Sets it to a time, or, for {@link Instant#MAX}, to none. */
  void set(Instant when) {
    if (when.equals(at)) {
      return;
    }
    cancel();
    if (when.equals(Instant.MAX)) {
      return;
    }
    at = when;
    timer = environment.timers().at(when, () -> loop.execute(() -> fire(when)));
  }

  /** Sets it unless it is set. */
  void setUnlessSet(Instant when) {
    if (timer == null) {
      set(when);
    }
  }

  void cancel() {
    if (timer != null) {
      timer.cancel();
    }
    timer = null;
    at = Instant.MAX;
  }

  private void fire(Instant when) {
    // It may have been set to another time while this was on its way.
    if (when.equals(at)) {
      timer = null;
      at = Instant.MAX;
      action.run();
    }
  }
}
