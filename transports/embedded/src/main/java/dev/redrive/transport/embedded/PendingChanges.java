// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The changes that wait for the committing thread. Thread-safe. */
final class PendingChanges {
  private static final int TAKE_MAX = 1_024;
  private static final int TAKE_BYTES_MAX = 1 << 20;

  private final long bytesMax;
  private final Object lock = new Object();

  // Guarded by the lock.
  private final Deque<Change> changes = new ArrayDeque<>();
  private long bytes;
  private boolean isCalled;
  private boolean isClosed;

  /** No more than so many bytes wait, besides what ends messages. */
  PendingChanges(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Takes a change in, or says why not. */
  Optional<TransportException> offer(Change change) {
    synchronized (lock) {
      if (isClosed) {
        return Optional.of(new TransportException("The transport is closed."));
      }
      if (change.isNew() && bytes > bytesMax) {
        return Optional.of(
            new BusyException(
                "The disk is behind: "
                    + (bytes >> 20)
                    + " MiB wait to be written. Send more slowly, or wait for earlier sends."));
      }
      changes.addLast(change);
      bytes += change.weight();
      if (changes.size() == 1) {
        lock.notifyAll();
      }
      return Optional.empty();
    }
  }

  /** Waits for changes, a call, or the end, and takes what belongs into the next batch. */
  List<Change> take() {
    List<Change> taken = new ArrayList<>();
    synchronized (lock) {
      while (changes.isEmpty() && !isClosed && !isCalled) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // Only close ends the waiting thread: what was taken in must be written or refused.
        }
      }
      isCalled = false;
      int takenBytes = 0;
      while (!changes.isEmpty() && taken.size() < TAKE_MAX && takenBytes < TAKE_BYTES_MAX) {
        Change change = changes.removeFirst();
        takenBytes += change.weight();
        bytes -= change.weight();
        taken.add(change);
      }
    }
    return taken;
  }

  /** Lets the waiting thread look at the state of things. */
  void call() {
    synchronized (lock) {
      isCalled = true;
      lock.notifyAll();
    }
  }

  /** Takes nothing in any more. */
  void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
  }

  /** True if all was taken and nothing will come. */
  boolean isDone() {
    synchronized (lock) {
      return isClosed && changes.isEmpty();
    }
  }
}
