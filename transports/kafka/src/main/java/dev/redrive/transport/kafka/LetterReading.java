// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetterFilter;
import dev.redrive.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A queue's dead letters, as the calls on them see them: an index of them, which each call brings
 * up to date with what was written since, and the topic itself for what the index does not have,
 * the payloads above all. Where the index has too little, a call passes over the topic, in memory
 * bounded by what it returns.
 *
 * <p>A letter is there when its transaction is committed, and gone when that of its end is. An open
 * transaction, of whichever process, keeps from being read what was written behind its beginning;
 * that of a process that has died does so until the broker ends it, after {@link
 * KafkaTransportConfig#transactionTime}. So a call that only looks waits for a moment, and then
 * says what can be seen. One that moves letters has to know all.
 *
 * <p>Used by one thread at a time; its methods block.
 */
final class LetterReading implements AutoCloseable {
  /** Before the first offset. */
  static final long BEFORE_ALL = -1;

  /**
   * How long a call that only looks waits for transactions to end. They take milliseconds, and
   * whoever was told that a message is dead is to find its letter, on a slow machine as well.
   */
  private static final Duration LOOK_MAX = Duration.ofSeconds(5);

  private static final int TRIES = 3;

  private final String queue;
  private final TopicReader topic;
  private final LetterIndex index;
  private final Duration transactionMax;
  private final Duration lookMax;
  private long begin;
  private long next;
  private boolean knowsAll;

  /** Is shown letters. */
  private interface Visitor {
    /** True to be shown the next one. */
    boolean visit(Letter letter);
  }

  /**
   * @param transactionMax how long transactions may be open
   */
  LetterReading(String queue, TopicReader topic, LetterIndex index, Duration transactionMax) {
    this.queue = queue;
    this.topic = topic;
    this.index = index;
    this.transactionMax = transactionMax;
    this.lookMax = transactionMax.compareTo(LOOK_MAX) < 0 ? transactionMax : LOOK_MAX;
  }

  LetterIndex index() {
    return index;
  }

  /** Reads what is new and can be seen, or can be in a moment. */
  void look() {
    readOn(lookMax);
  }

  /**
   * Reads all that is there now, however long the transactions that are open take.
   *
   * @throws TransportException if they take too long
   */
  void readAll() {
    long written = readOn(transactionMax);
    if (next < written) {
      throw new TransportException(
          "a transaction of another process has kept the dead letters of %s from being read for %s; try again later"
              .formatted(queue, transactionMax));
    }
    knowsAll = true;
  }

  /** Whether {@link #readAll} was done, and nothing was forgotten since. */
  boolean knowsAll() {
    return knowsAll;
  }

  private long readOn(Duration patience) {
    TopicReader.Ends ends = topic.ends();
    if (ends.begin() != begin || ends.written() < next) {
      // Somebody deleted records, or the topic, and made it again.
      forget();
      begin = ends.begin();
      next = ends.begin();
    }
    next = topic.read(next, ends.written(), patience, this::index);
    if (next < ends.readable()) {
      next = topic.readAll(next, ends.readable(), this::index);
    }
    return ends.written();
  }

  private boolean index(ConsumerRecord<byte[], byte[]> record) {
    // One by one: what was added must not be added again after a failure.
    index.add(record);
    next = record.offset() + 1;
    return true;
  }

  /** Forgets all that was read. */
  void forget() {
    index.clear();
    next = begin;
    knowsAll = false;
  }

  long count(DeadLetterFilter filter) {
    if (filter.equals(DeadLetterFilter.all())) {
      return index.size();
    }
    if (index.canAnswer(filter)) {
      return index.count(filter);
    }
    long[] count = {0};
    pass(
        filter,
        BEFORE_ALL,
        letter -> {
          count[0]++;
          return true;
        });
    return count[0];
  }

  /** The first letters that match, so many at most, of larger offsets than this. */
  List<LetterIndex.Summary> select(DeadLetterFilter filter, long after, int max) {
    if (index.canAnswer(filter)) {
      return index.select(filter, after, max);
    }
    List<LetterIndex.Summary> found = new ArrayList<>();
    pass(
        filter,
        after,
        letter -> {
          found.add(index.summary(letter));
          return found.size() < max;
        });
    return found;
  }

  /** Shows the letters that match, from the topic, with all that they have. */
  private void pass(DeadLetterFilter filter, long after, Visitor visitor) {
    topic.readAll(
        Math.max(begin, after + 1),
        next,
        record -> {
          Letter letter = new Letter(queue, record);
          boolean isWanted = index.isLive(record) && filter.matches(letter.read());
          return !isWanted || visitor.visit(letter);
        });
  }

  /** The first letters that match, with all that they have. */
  List<Letter> letters(DeadLetterFilter filter, long after, int max) {
    if (!index.canAnswer(filter)) {
      List<Letter> found = new ArrayList<>();
      pass(
          filter,
          after,
          letter -> {
            found.add(letter);
            return found.size() < max;
          });
      return found;
    }
    for (int i = 1; i <= TRIES; i++) {
      List<LetterIndex.Summary> chosen = index.select(filter, after, max);
      List<Letter> letters = letters(chosen, Long.MAX_VALUE);
      if (letters.size() == chosen.size()) {
        return letters;
      }
      // It is another topic of that name, or was compacted just now.
      forget();
      look();
    }
    throw new TransportException(
        "the dead letters of %s change while they are read; try again".formatted(queue));
  }

  /**
   * These letters, with all that they have, those that are there.
   *
   * @param bytesMax with the letter that exceeds it, reading ends
   */
  List<Letter> letters(List<LetterIndex.Summary> chosen, long bytesMax) {
    return topic.at(chosen.stream().map(LetterIndex.Summary::offset).toList(), bytesMax).stream()
        .filter(index::isLive)
        .map(record -> new Letter(queue, record))
        .toList();
  }

  @Override
  public void close() {
    topic.close();
  }
}
