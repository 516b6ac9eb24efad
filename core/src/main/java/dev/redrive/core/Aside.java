// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages in hand that a gate keeps waiting for a moment, each for itself: they stand aside, under
 * their leases, and hold up nobody else. Bounded by {@link #MESSAGES_MAX} and {@link #BYTES_MAX};
 * for what is more there is no room. A crash loses none: the leases end. Thread-safe.
 */
final class Aside {
  static final int MESSAGES_MAX = 1_000;
  static final long BYTES_MAX = 16L * 1_024 * 1_024;

  private final DelayLine<Standing> line;
  private final Consumer<Handed> over;
  private final Object lock = new Object();
  // All below is guarded by the lock.
  private final Map<String, Deque<Standing>> byKey = new HashMap<>();
  private long bytes;
  private volatile int count;

  /**
   * Nobody stands aside.
   *
   * @param over gets each message whose wait is over, on the timers' thread; throws nothing
   */
  Aside(Environment environment, Consumer<Handed> over) {
    this.line = DelayLine.byElapsed(environment, this::over);
    this.over = over;
  }

  private static final class Standing extends DueHeap.Node {
    private final Handed message;

    Standing(long due, Handed message) {
      super(due);
      this.message = message;
    }

    private int size() {
      return message.in().body().length;
    }
  }

  int count() {
    return count;
  }

  /** False if there is no room for it. If it throws, it is not in. */
  boolean add(Handed message, long due) {
    Standing standing = new Standing(due, message);
    synchronized (lock) {
      if (count >= MESSAGES_MAX || bytes + standing.size() > BYTES_MAX) {
        return false;
      }
      byKey.computeIfAbsent(message.in().key(), key -> new ArrayDeque<>()).add(standing);
      count++;
      bytes += standing.size();
    }
    try {
      line.add(standing);
    } catch (Throwable failure) {
      leave(standing);
      throw failure;
    }
    return true;
  }

  /** True if a message of this key stands aside; the empty one is that of those without. */
  boolean has(String key) {
    if (count == 0) {
      return false;
    }
    synchronized (lock) {
      return byKey.containsKey(key);
    }
  }

  /** Takes out the one of this key that has waited longest. */
  @Nullable Handed take(String key) {
    Standing first;
    synchronized (lock) {
      Deque<Standing> ofKey = byKey.get(key);
      first = ofKey == null ? null : ofKey.peek();
    }
    return first != null && line.remove(first) && leave(first) ? first.message : null;
  }

  /** Takes this one out; false if it is not in any more. */
  boolean take(Handed message) {
    Standing found = null;
    synchronized (lock) {
      for (Standing each : byKey.getOrDefault(message.in().key(), new ArrayDeque<>())) {
        found = each.message == message ? each : found;
      }
    }
    return found != null && line.remove(found) && leave(found);
  }

  /** Takes out all. */
  List<Handed> takeAll() {
    List<Handed> all = new ArrayList<>();
    for (Standing each : line.removeAll()) {
      leave(each);
      all.add(each.message);
    }
    return all;
  }

  /** Sees to it that somebody is woken for what stands here, which may have failed before. */
  void watch() {
    line.watch();
  }

  private boolean leave(Standing standing) {
    synchronized (lock) {
      Deque<Standing> ofKey = byKey.get(standing.message.in().key());
      if (ofKey == null || !ofKey.remove(standing)) {
        return false;
      }
      if (ofKey.isEmpty()) {
        byKey.remove(standing.message.in().key());
      }
      count--;
      bytes -= standing.size();
      return true;
    }
  }

  private void over(Standing standing) {
    leave(standing);
    over.accept(standing.message);
  }
}
