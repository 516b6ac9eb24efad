// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.Event;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** A transport's dead letters, with their limits checked and their changes told. */
final class ObservedDeadLetters implements DeadLetters {
  private static final int LIMIT_MAX = 1_000;
  private static final int CHANGED_MAX = 10_000;

  private final String queue;
  private final DeadLetters letters;
  private final InstantSource clock;
  private final EventHub events;

  ObservedDeadLetters(String queue, DeadLetters letters, InstantSource clock, EventHub events) {
    this.queue = queue;
    this.letters = letters;
    this.clock = clock;
    this.events = events;
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    return letters.count(filter);
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    check("limit", limit, LIMIT_MAX);
    return letters.browse(filter, cursor, limit);
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    return letters.find(id);
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    check("max", max, CHANGED_MAX);
    return letters
        .replay(filter, max)
        .thenApply(count -> told(count, (at, n) -> new Event.Replayed(queue, at, n)));
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    check("max", max, CHANGED_MAX);
    return letters
        .purge(filter, max)
        .thenApply(count -> told(count, (at, n) -> new Event.Purged(queue, at, n)));
  }

  private Integer told(Integer count, BiFunction<Instant, Integer, Event> event) {
    if (count > 0) {
      events.tell(() -> event.apply(clock.instant(), count));
    }
    return count;
  }

  private static void check(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(name + " must be 1 to " + max + ", not " + value);
    }
  }
}
