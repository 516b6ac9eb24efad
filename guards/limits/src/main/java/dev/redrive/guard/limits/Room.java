// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

/** How many may be remembered in the lines of one gate together. Guarded by the gate's lock. */
final class Room {
  private final int max;
  private int taken;

  Room(int max) {
    this.max = max;
  }

  int taken() {
    return taken;
  }

  boolean isFull() {
    return taken >= max;
  }

  void take() {
    taken++;
  }

  void leave() {
    taken--;
  }
}
