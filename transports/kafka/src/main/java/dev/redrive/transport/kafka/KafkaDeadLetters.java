// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * The dead letters of a queue, by way of a {@link DeadTopic}. A cursor is the offset of the last
 * letter that was shown. Thread-safe.
 */
final class KafkaDeadLetters implements DeadLetters {
  private static final int PAGE_MAX = 1_000;
  private static final int MOVE_MAX = 10_000;
  private static final Pattern OFFSET = Pattern.compile("[0-9]{1,18}");

  private final DeadTopic topic;

  KafkaDeadLetters(DeadTopic topic) {
    this.topic = topic;
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    return topic.call(
        (reading, mover) -> {
          reading.look();
          return reading.count(filter);
        });
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    check("limit", limit, PAGE_MAX);
    long after = cursor.map(KafkaDeadLetters::offset).orElse(LetterReading.BEFORE_ALL);
    return topic.call(
        (reading, mover) -> {
          reading.look();
          return page(reading.letters(filter, after, limit + 1), limit);
        });
  }

  private static DeadLetterPage page(List<Letter> found, int limit) {
    List<DeadLetter> items = found.stream().limit(limit).map(Letter::read).toList();
    return found.size() <= limit
        ? new DeadLetterPage(items, Optional.empty())
        : new DeadLetterPage(items, Optional.of(Long.toString(found.get(limit - 1).offset())));
  }

  private static long offset(String cursor) {
    if (!OFFSET.matcher(cursor).matches()) {
      throw new IllegalArgumentException(
          "'" + cursor + "' is no cursor; take the one of the page before");
    }
    return Long.parseLong(cursor);
  }

  private static void check(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " must be 1 to " + max + ", not " + value);
    }
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    DeadLetterFilter filter = DeadLetterFilter.ids(Set.of(id));
    return topic.call(
        (reading, mover) -> {
          reading.look();
          return reading.letters(filter, LetterReading.BEFORE_ALL, 1).stream()
              .map(Letter::read)
              .findFirst();
        });
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return topic.call((reading, mover) -> mover.replay(filter, max));
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return topic.call((reading, mover) -> mover.purge(filter, max, topic.purged()));
  }
}
