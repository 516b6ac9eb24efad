// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.spi.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A queue's dead letters, as the calls on them see them. A {@link DeadReading} has to take all of
 * them; where there are many it is therefore kept for a moment after a call, with an index of what
 * it has, so that the next call takes only what has come meanwhile, and the payloads that it shows
 * are read again. Where there are more letters than the index may hold, each call is a reading of
 * its own, in memory bounded by what it returns.
 *
 * <p>Used by one thread at a time, which {@link Desk#read} sees to; its methods block.
 */
final class LetterReading {
  /** Fewer letters are read anew by each call, so that no other process has to wait. */
  private static final int KEPT_MIN = 2_000;

  /** How long other processes wait for one that looks no more. */
  private static final Duration IDLE = Duration.ofSeconds(5);

  /** How long they wait for one that looks again and again. */
  private static final Duration AGE_MAX = Duration.ofSeconds(15);

  private final RabbitQueue queue;
  private final Letters letters;
  private Optional<DeadReading> kept = Optional.empty();
  private LetterIndex index = new LetterIndex();
  private Optional<Timers.Timer> idle = Optional.empty();
  private long begun;
  private volatile int held;

  /** Is shown letters. */
  private interface Visitor {
    void visit(LetterIndex.Key key, DeadLetter letter);
  }

  /** A call on the dead letters. */
  interface Call<T> {
    T on(LetterReading reading) throws IOException;
  }

  LetterReading(RabbitQueue queue) {
    this.queue = queue;
    this.letters = queue.letterReader();
  }

  /** How many letters the reading has that the broker does not count as there. Thread-safe. */
  int held() {
    return held;
  }

  /** Does a call, and keeps the reading for the next one. */
  <T> T use(Call<T> call, Runnable closeWhenIdle) throws IOException {
    idle.ifPresent(Timers.Timer::cancel);
    boolean isDone = false;
    try {
      T result = call.on(this);
      isDone = true;
      return result;
    } finally {
      if (!isDone || index.size() < KEPT_MIN || isOld()) {
        close();
      } else {
        held = index.size();
        idle = Optional.of(queue.environment().timers().after(IDLE, closeWhenIdle));
      }
    }
  }

  private boolean isOld() {
    return queue.environment().timers().nanoTime() - begun > AGE_MAX.toNanos();
  }

  /** Gives all letters back to the broker. */
  void close() throws IOException {
    Optional<DeadReading> closing = kept;
    kept = Optional.empty();
    index = new LetterIndex();
    try {
      if (closing.isPresent()) {
        closing.get().close();
      }
    } finally {
      held = 0;
    }
  }

  long count(Link link, DeadLetterFilter filter) throws IOException {
    if (isIndexed(filter)) {
      return index.count(filter);
    }
    long[] count = {0};
    readAll(
        link,
        (key, letter) -> {
          if (filter.matches(letter)) {
            count[0]++;
          }
        });
    return count[0];
  }

  /**
   * The first letters that match, of larger numbers than this.
   *
   * @param isWhole true if they are wanted with their payloads and headers
   */
  List<LetterIndex.Entry> select(
      Link link, DeadLetterFilter filter, String after, int max, boolean isWhole)
      throws IOException {
    if (isIndexed(filter)) {
      List<LetterIndex.Entry> found = index.select(filter, after, max);
      return isWhole ? readAgain(found) : found;
    }
    // In bounded memory, however many there are.
    TreeMap<LetterIndex.Key, DeadLetter> first = new TreeMap<>();
    readAll(
        link,
        (key, letter) -> {
          boolean isNear = first.size() < max || key.compareTo(first.lastKey()) < 0;
          if (isNear && key.number().compareTo(after) > 0 && filter.matches(letter)) {
            first.put(key, isWhole ? letter : index.summary(letter));
            if (first.size() > max) {
              first.pollLastEntry();
            }
          }
        });
    return first.entrySet().stream()
        .map(entry -> new LetterIndex.Entry(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Moves letters to their queue, for good. */
  void replay(List<LetterIndex.Entry> chosen) throws IOException {
    kept.orElseThrow().replay(taken(chosen));
  }

  /** Deletes letters, for good. */
  void purge(List<LetterIndex.Entry> chosen) throws IOException {
    kept.orElseThrow().purge(taken(chosen));
  }

  private Collection<Long> taken(List<LetterIndex.Entry> chosen) {
    chosen.forEach(entry -> index.remove(entry.key()));
    return chosen.stream().map(entry -> entry.key().tag()).toList();
  }

  /** Whether the index tells all that the filter asks for, after it was brought up to date. */
  private boolean isIndexed(DeadLetterFilter filter) throws IOException {
    if (kept.isEmpty() || !kept.get().isOpen()) {
      return false;
    }
    kept.get().readAll(queue.dead(), indexing((key, letter) -> {}));
    return index.canAnswer(filter);
  }

  private void readAll(Link link, Visitor visitor) throws IOException {
    close();
    DeadReading fresh = DeadReading.open(link.consuming(), queue.reading());
    kept = Optional.of(fresh);
    fresh.readAll(queue.dead(), indexing(visitor));
    begun = queue.environment().timers().nanoTime();
  }

  private DeadReading.Visitor indexing(Visitor visitor) {
    return (envelope, properties, body) -> {
      Letters.Numbered numbered = letters.read(properties, body);
      LetterIndex.Key key = new LetterIndex.Key(numbered.number(), envelope.getDeliveryTag());
      index.add(key, numbered.letter());
      visitor.visit(key, numbered.letter());
    };
  }

  /** Gives these letters back and takes them again, as there is no other way to see them. */
  private List<LetterIndex.Entry> readAgain(List<LetterIndex.Entry> found) throws IOException {
    Set<String> numbers = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (LetterIndex.Entry entry : found) {
      numbers.add(entry.key().number());
      ids.add(entry.letter().id());
    }
    DeadReading reading = kept.orElseThrow();
    reading.giveBack(taken(found));
    List<LetterIndex.Entry> again = new ArrayList<>();
    reading.readAll(
        queue.dead(),
        indexing(
            (key, letter) -> {
              if (numbers.contains(key.number()) && ids.contains(letter.id())) {
                again.add(new LetterIndex.Entry(key, letter));
              }
            }));
    again.sort(Comparator.comparing(LetterIndex.Entry::key));
    return again.subList(0, Math.min(found.size(), again.size()));
  }
}
