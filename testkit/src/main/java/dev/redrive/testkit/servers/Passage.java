// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

/** What may go in one direction of a {@link FaultProxy}. Thread-safe. */
final class Passage {
  private enum Mode {
    OPEN,
    DROPPING,
    HOLDING,
    /** Open until so many bytes have passed. */
    COUNTING
  }

  // Guards all below.
  private final Object lock = new Object();
  private Mode mode = Mode.OPEN;
  private long left;
  private boolean hasLost;
  private boolean isSpent;

  void drop() {
    change(Mode.DROPPING, 0);
  }

  void hold() {
    change(Mode.HOLDING, 0);
  }

  void resetAfter(long bytes) {
    change(Mode.COUNTING, bytes);
  }

  /** Lets all pass again. */
  void open() {
    change(Mode.OPEN, 0);
  }

  /** Whether bytes have vanished since it was last open. */
  boolean hasLost() {
    synchronized (lock) {
      return hasLost;
    }
  }

  private void change(Mode to, long bytes) {
    synchronized (lock) {
      mode = to;
      left = bytes;
      hasLost = false;
      isSpent = false;
      lock.notifyAll();
    }
  }

  /** How many of so many bytes may pass; waits while they are held. */
  int pass(int bytes) {
    synchronized (lock) {
      while (mode == Mode.HOLDING) {
        try {
          lock.wait();
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return 0;
        }
      }
      int passing =
          switch (mode) {
            case DROPPING -> 0;
            case COUNTING -> (int) Math.min(left, bytes);
            default -> bytes;
          };
      hasLost |= passing < bytes;
      if (mode == Mode.COUNTING) {
        left -= passing;
        if (passing < bytes) {
          // Whoever it was tells the others; what comes by new connections passes.
          mode = Mode.OPEN;
          isSpent = true;
        }
      }
      return passing;
    }
  }

  /** True once, after the bytes that were to pass have passed. */
  boolean isSpent() {
    synchronized (lock) {
      boolean spent = isSpent;
      isSpent = false;
      return spent;
    }
  }
}
