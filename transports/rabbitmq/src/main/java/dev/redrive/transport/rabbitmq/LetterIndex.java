// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What was read of dead letters, without payloads and headers, in the order of deaths. Bounded:
 * when there are too many it forgets all, and says so.
 */
final class LetterIndex {
  /** Some 150,000 letters. */
  private static final long BYTES_MAX = 96L << 20;

  private static final int FAILURE_CHARS_MAX = 300;
  private static final int OVERHEAD_BYTES = 400;

  private final TreeMap<Key, DeadLetter> letters = new TreeMap<>();
  // Letters of one kind share its name.
  private final Map<String, String> fingerprints = new HashMap<>();
  private long bytes;
  private boolean isCut;
  private boolean isFull;

  /**
   * Where a letter is.
   *
   * @param number its number in the order of deaths
   * @param tag how it was handed to the reading; two letters may have one number if something else
   *     than Redrive made them
   */
  record Key(String number, long tag) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = number.compareTo(other.number);
      return order == 0 ? Long.compare(tag, other.tag) : order;
    }
  }

  /** A letter, or what the index knows of it. */
  record Entry(Key key, DeadLetter letter) {}

  void add(Key key, DeadLetter letter) {
    if (isFull) {
      return;
    }
    isCut |= letter.failure().length() > FAILURE_CHARS_MAX;
    DeadLetter summary = summary(letter);
    letters.put(key, summary);
    bytes += OVERHEAD_BYTES + letter.id().length() + summary.failure().length();
    if (bytes > BYTES_MAX) {
      isFull = true;
      letters.clear();
    }
  }

  /** A letter without payload and headers, and of its failure the beginning. */
  DeadLetter summary(DeadLetter whole) {
    String failure = whole.failure();
    return new DeadLetter(
        whole.id(),
        whole.queue(),
        whole.reason(),
        failure.substring(0, Math.min(FAILURE_CHARS_MAX, failure.length())),
        fingerprints.computeIfAbsent(whole.fingerprint(), name -> name),
        whole.attempts(),
        whole.firstSeen(),
        whole.diedAt(),
        whole.key(),
        Map.of(),
        new byte[0],
        List.of());
  }

  void remove(Key key) {
    if (letters.remove(key) != null) {
      bytes -= OVERHEAD_BYTES;
    }
  }

  /** True if it knows all letters, and enough of each for this filter. */
  boolean canAnswer(DeadLetterFilter filter) {
    return !isFull && !(isCut && filter.text().isPresent());
  }

  int size() {
    return letters.size();
  }

  long count(DeadLetterFilter filter) {
    return letters.values().stream().filter(filter::matches).count();
  }

  /** The first of those that match, so many at most, of larger numbers than this. */
  List<Entry> select(DeadLetterFilter filter, String after, int max) {
    Stream<Map.Entry<Key, DeadLetter>> later =
        letters.tailMap(new Key(after, Long.MAX_VALUE), false).entrySet().stream();
    return later
        .filter(entry -> filter.matches(entry.getValue()))
        .limit(max)
        .map(entry -> new Entry(entry.getKey(), entry.getValue()))
        .toList();
  }
}
