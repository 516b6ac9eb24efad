// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;

/** The dead letters of a memory queue. Thread-safe. */
final class MemoryDeadLetters implements DeadLetters {
  private static final int PAGE_MAX = 1_000;
  private static final int MOVE_MAX = 10_000;

  private final MemoryTransport transport;
  private final MemoryQueue queue;

  MemoryDeadLetters(MemoryTransport transport, MemoryQueue queue) {
    this.transport = transport;
    this.queue = queue;
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    return transport.stage(() -> queue.shelf().count(filter));
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    check("limit", limit, PAGE_MAX);
    long after = cursor.map(MemoryDeadLetters::number).orElse(0L);
    return transport.stage(() -> queue.shelf().page(filter, after, limit));
  }

  private static long number(String cursor) {
    try {
      return Long.parseLong(cursor);
    } catch (NumberFormatException malformed) {
      throw new IllegalArgumentException(
          "'" + cursor + "' is no cursor; take the one of the page before", malformed);
    }
  }

  private static void check(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " must be 1 to " + max + ", not " + value);
    }
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    return transport.stage(() -> queue.deadLetter(id));
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return transport.stage(() -> move(filter, max, queue::replay));
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return transport.stage(() -> move(filter, max, queue::purge));
  }

  /** Moves the oldest; what somebody else moves meanwhile does not count, so more are sought. */
  private int move(DeadLetterFilter filter, int max, ToIntFunction<List<Long>> mover) {
    int moved = 0;
    long after = 0;
    while (moved < max) {
      List<Long> candidates = queue.shelf().oldest(filter, after, max - moved);
      if (candidates.isEmpty()) {
        break;
      }
      moved += mover.applyAsInt(candidates);
      after = candidates.get(candidates.size() - 1);
    }
    return moved;
  }
}
