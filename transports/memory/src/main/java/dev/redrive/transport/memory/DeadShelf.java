// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.Transition;
import dev.redrive.spi.History;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The dead letters of a queue, numbered in the order they died. The number is also the cursor of
 * browsing, so that pages do not shift while letters come and go.
 *
 * <p>Changed only under the queue's lock; read without it, because reading through a million
 * letters must not hold up the queue.
 */
final class DeadShelf {
  private final ConcurrentNavigableMap<Long, DeadLetter> letters = new ConcurrentSkipListMap<>();
  private final String queue;
  private long deaths;

  DeadShelf(String queue) {
    this.queue = queue;
  }

  /** Puts an entry here that just died; returns what it takes of the memory besides the entry. */
  long add(Entry entry, Settlement.Dead dead, Instant now) {
    Map<String, String> senders = new HashMap<>(entry.headers());
    senders.keySet().removeIf(name -> name.startsWith(WireHeaders.PREFIX));
    DeadLetter letter =
        new DeadLetter(
            entry.id(),
            queue,
            dead.reason(),
            dead.failure(),
            dead.fingerprint(),
            dead.attempts(),
            entry.firstSeen(),
            now,
            entry.key().isEmpty() ? Optional.empty() : Optional.of(entry.key()),
            Map.copyOf(senders),
            entry.body(),
            history(entry));
    entry.die(++deaths);
    letters.put(entry.deathNumber(), letter);
    return bytes(letter);
  }

  /** Takes an entry's letter away; returns what it took of the memory. */
  long remove(Entry entry) {
    DeadLetter letter = letters.remove(entry.deathNumber());
    return letter == null ? 0 : bytes(letter);
  }

  private static long bytes(DeadLetter letter) {
    return 2L * (letter.failure().length() + letter.fingerprint().length());
  }

  static List<Transition> history(Entry entry) {
    return History.parse(entry.headers().getOrDefault(WireHeaders.HISTORY, ""));
  }

  long size() {
    return letters.size();
  }

  DeadLetter letter(Entry entry) {
    DeadLetter letter = letters.get(entry.deathNumber());
    if (letter == null) {
      throw new IllegalStateException("message " + entry.id() + " is dead without a letter");
    }
    return letter;
  }

  long count(DeadLetterFilter filter) {
    return letters.values().stream().filter(filter::matches).count();
  }

  /** The page after the letter of this number. */
  DeadLetterPage page(DeadLetterFilter filter, long after, int limit) {
    List<DeadLetter> items = new ArrayList<>();
    long last = after;
    for (Map.Entry<Long, DeadLetter> each : letters.tailMap(after, false).entrySet()) {
      if (filter.matches(each.getValue())) {
        if (items.size() == limit) {
          return new DeadLetterPage(items, Optional.of(Long.toString(last)));
        }
        items.add(each.getValue());
        last = each.getKey();
      }
    }
    return new DeadLetterPage(items, Optional.empty());
  }

  /** The numbers of the oldest letters that match and come after this number. */
  List<Long> oldest(DeadLetterFilter filter, long after, int limit) {
    return letters.tailMap(after, false).entrySet().stream()
        .filter(each -> filter.matches(each.getValue()))
        .limit(limit)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The id of the letter of this number, if it is still there. */
  Optional<String> id(long number) {
    return Optional.ofNullable(letters.get(number)).map(DeadLetter::id);
  }
}
