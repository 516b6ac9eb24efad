// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Lets many in while it is open, and is shut only when all of them have left. Thread-safe. */
final class Gate {
  private final String refusal;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  // Guarded by the lock.
  private boolean isShut;
  private boolean isShutForGood;

  Gate(String refusal) {
    this.refusal = refusal;
  }

  /** Enters; to be followed by {@link #leave}, on the same thread. */
  void enter() {
    Lock share = lock.readLock();
    share.lock();
    if (isShut) {
      share.unlock();
      throw new TransportException(refusal);
    }
  }

  void leave() {
    lock.readLock().unlock();
  }

  /**
   * Runs a change of what is behind the gate while nobody is there. It stays shut if that fails, so
   * that it can be tried again.
   */
  void change(Runnable change) {
    lock.writeLock().lock();
    try {
      if (isShutForGood) {
        throw new TransportException(refusal);
      }
      isShut = true;
      change.run();
      isShut = false;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Waits until all have left, and lets nobody in any more. False if that was so before. */
  boolean shut() {
    lock.writeLock().lock();
    try {
      boolean isFirst = !isShutForGood;
      isShut = true;
      isShutForGood = true;
      return isFirst;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
