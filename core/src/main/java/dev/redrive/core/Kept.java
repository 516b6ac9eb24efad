// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages in hand that have been given to nobody yet, in their order. Thread-safe. */
final class Kept {
  private final Object lock = new Object();
  // Guarded by the lock.
  private final Deque<Handed> messages = new ArrayDeque<>();

  void add(Handed message) {
    synchronized (lock) {
      messages.add(message);
    }
  }

  void addFirst(Handed message) {
    synchronized (lock) {
      messages.addFirst(message);
    }
  }

  /** Takes out the first; null if there is none. */
  @Nullable Handed poll() {
    synchronized (lock) {
      return messages.poll();
    }
  }

  int size() {
    synchronized (lock) {
      return messages.size();
    }
  }

  /** Takes out all. */
  List<Handed> takeAll() {
    synchronized (lock) {
      List<Handed> all = new ArrayList<>(messages);
      messages.clear();
      return all;
    }
  }
}
