// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Optional;

/**
 * What surrounds a thread's work: the attempt, if one runs, and the origin of what is sent. They
 * differ where somebody puts another origin around a part of a handler.
 */
record Scope(Optional<Context> context, Origin origin) {
  private static final Scope NONE = new Scope(Optional.empty(), Origin.NONE);
  private static final ThreadLocal<Scope> CURRENT = ThreadLocal.withInitial(() -> NONE);

  static Scope current() {
    return CURRENT.get();
  }

  void run(Runnable task) {
    Scope outer = CURRENT.get();
    CURRENT.set(this);
    try {
      task.run();
    } finally {
      if (outer.equals(NONE)) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }
}
