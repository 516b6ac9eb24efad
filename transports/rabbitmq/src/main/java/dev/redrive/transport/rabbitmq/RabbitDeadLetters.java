// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** The dead letters of a queue, by way of a {@link LetterReading}. Thread-safe. */
final class RabbitDeadLetters implements DeadLetters {
  private static final int PAGE_MAX = 1_000;
  private static final int MOVE_MAX = 10_000;
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,19}-[0-9]{10}-[0-9a-f]{1,16}");
  private static final String BEFORE_ALL = "";

  private final RabbitQueue queue;
  private final Desk desk;

  RabbitDeadLetters(RabbitQueue queue, Desk desk) {
    this.queue = queue;
    this.desk = desk;
  }

  /** What is done with a reading, over a link. */
  private interface Use<T> {
    T of(LetterReading reading, Link link) throws IOException;
  }

  private <T> CompletionStage<T> reading(Use<T> use) {
    LetterReading letters = queue.letters();
    Runnable closeWhenIdle = () -> desk.read(queue.name(), link -> closed(letters));
    return desk.read(
        queue.name(), link -> letters.use(reading -> use.of(reading, link), closeWhenIdle));
  }

  private static boolean closed(LetterReading letters) throws IOException {
    letters.close();
    return true;
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    return reading((reading, link) -> reading.count(link, filter));
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    check("limit", limit, PAGE_MAX);
    String after = cursor.map(RabbitDeadLetters::number).orElse(BEFORE_ALL);
    return reading(
        (reading, link) -> {
          List<LetterIndex.Entry> found = reading.select(link, filter, after, limit + 1, true);
          List<DeadLetter> page =
              found.stream().limit(limit).map(LetterIndex.Entry::letter).toList();
          return found.size() <= limit
              ? new DeadLetterPage(page, Optional.empty())
              : new DeadLetterPage(page, Optional.of(found.get(limit - 1).key().number()));
        });
  }

  private static String number(String cursor) {
    if (!NUMBER.matcher(cursor).matches()) {
      throw new IllegalArgumentException(
          "'" + cursor + "' is no cursor; take the one of the page before");
    }
    return cursor;
  }

  private static void check(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " must be 1 to " + max + ", not " + value);
    }
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    DeadLetterFilter filter = DeadLetterFilter.ids(Set.of(id));
    return reading(
        (reading, link) ->
            reading.select(link, filter, BEFORE_ALL, 1, true).stream()
                .map(LetterIndex.Entry::letter)
                .findFirst());
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return reading(
        (reading, link) -> {
          List<LetterIndex.Entry> chosen = reading.select(link, filter, BEFORE_ALL, max, false);
          reading.replay(chosen);
          return chosen.size();
        });
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    check("max", max, MOVE_MAX);
    return reading(
        (reading, link) -> {
          List<LetterIndex.Entry> chosen = reading.select(link, filter, BEFORE_ALL, max, false);
          reading.purge(chosen);
          queue.purged(chosen.size());
          return chosen.size();
        });
  }
}
