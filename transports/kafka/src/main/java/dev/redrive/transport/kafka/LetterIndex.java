// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.TransportException;
import dev.redrive.retry.Reason;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * What was read of a dead topic: which of its records are letters still, and of each what is
 * searched, without payloads and headers, in the order of deaths. Where the memory does not suffice
 * for that, it knows no more than which are letters still. Used by one thread.
 */
final class LetterIndex {
  private static final int FAILURE_CHARS_MAX = 300;
  private static final int OVERHEAD_BYTES = 260;
  private static final int KINDS_MAX = 1_000;
  private static final byte[] NOTHING = {};

  private final String queue;
  private final LetterMemory memory;
  private KeyTable live = new KeyTable();
  private final TreeMap<Long, Summary> letters = new TreeMap<>();
  // Letters of one kind share its name and, often, the failure.
  private final Map<String, Summary> kinds = new HashMap<>();
  private long summaryBytes;
  private long tableBytes;
  private int cutCount;
  private boolean isOverfull;
  private String awaited = "";
  private boolean hasAwaited;

  /**
   * A letter in short.
   *
   * @param offset where it lies
   * @param key its record's key
   * @param failure the beginning of it
   * @param isCut whether that is not all
   * @param isInLine whether the place of its message in line is kept
   */
  record Summary(
      long offset,
      byte[] key,
      String id,
      Reason reason,
      String fingerprint,
      long diedAtMillis,
      String messageKey,
      String failure,
      boolean isCut,
      boolean isInLine) {

    private DeadLetter letter(String queue) {
      Instant diedAt = Instant.ofEpochMilli(diedAtMillis);
      return new DeadLetter(
          id,
          queue,
          reason,
          failure,
          fingerprint,
          0,
          diedAt,
          diedAt,
          Optional.of(messageKey).filter(text -> !text.isEmpty()),
          Map.of(),
          NOTHING,
          List.of());
    }

    private long bytes() {
      return (long) OVERHEAD_BYTES
          + key.length
          + id.length()
          + messageKey.length()
          + failure.length();
    }
  }

  LetterIndex(String queue, LetterMemory memory) {
    this.queue = queue;
    this.memory = memory;
  }

  /** Forgets all. */
  void clear() {
    forgetSummaries();
    live = new KeyTable();
    memory.giveBack(tableBytes);
    tableBytes = 0;
    isOverfull = false;
  }

  private void forgetSummaries() {
    letters.clear();
    kinds.clear();
    memory.giveBack(summaryBytes);
    summaryBytes = 0;
    cutCount = 0;
  }

  /** Takes note of the next record of the topic. */
  void add(ConsumerRecord<byte[], byte[]> record) {
    byte[] key = Letter.key(record);
    if (record.value() == null) {
      remove(key);
      Header transaction = record.headers().lastHeader(Wire.MOVED_BY);
      hasAwaited |=
          transaction != null && Wire.text(record.headers(), Wire.MOVED_BY).equals(awaited);
      return;
    }
    makeRoom();
    drop(live.put(key, record.offset()));
    if (!isOverfull) {
      keep(summary(new Letter(queue, record)));
    }
  }

  private void makeRoom() {
    if (!live.isFull()) {
      return;
    }
    long more = live.bytes();
    if (!memory.take(more)) {
      isOverfull = true;
      forgetSummaries();
      if (!memory.take(more)) {
        throw new TransportException(
            "%s has more than %d dead letters, too many to look through; give its dead topic the cleanup.policy compact,delete for as long as it takes to delete its oldest records with Kafka's own tools"
                .formatted(queue, live.size()));
      }
    }
    tableBytes += more;
    live.grow();
  }

  private void keep(Summary summary) {
    if (!memory.take(summary.bytes())) {
      isOverfull = true;
      forgetSummaries();
      return;
    }
    summaryBytes += summary.bytes();
    cutCount += summary.isCut() ? 1 : 0;
    letters.put(summary.offset(), summary);
  }

  /** A letter in short. */
  Summary summary(Letter letter) {
    DeadLetter whole = letter.read();
    String failure = whole.failure();
    boolean isCut = failure.length() > FAILURE_CHARS_MAX;
    String beginning = isCut ? failure.substring(0, FAILURE_CHARS_MAX) : failure;
    Summary last = kinds.get(whole.fingerprint());
    Summary summary =
        new Summary(
            letter.offset(),
            Letter.key(letter.record()),
            whole.id(),
            whole.reason(),
            last == null ? whole.fingerprint() : last.fingerprint(),
            whole.diedAt().toEpochMilli(),
            whole.key().orElse(""),
            last != null && last.failure().equals(beginning) ? last.failure() : beginning,
            isCut,
            letter.isInLine());
    if (last == null && kinds.size() < KINDS_MAX) {
      kinds.put(whole.fingerprint(), summary);
    }
    return summary;
  }

  /** Takes note that the letter of that key is none any more. */
  void remove(byte[] key) {
    drop(live.remove(key));
  }

  private void drop(long offset) {
    Summary dropped = letters.remove(offset);
    if (dropped != null) {
      memory.giveBack(dropped.bytes());
      summaryBytes -= dropped.bytes();
      cutCount -= dropped.isCut() ? 1 : 0;
    }
  }

  /** Looks out for the end of a letter by that transaction. */
  void await(String transaction) {
    awaited = transaction;
    hasAwaited = false;
  }

  /** Whether there was one since. */
  boolean hasAwaited() {
    return hasAwaited;
  }

  /** Whether this record is a letter, as far as the topic was read. */
  boolean isLive(ConsumerRecord<byte[], byte[]> record) {
    return record.value() != null && live.get(Letter.key(record)) == record.offset();
  }

  /** How many letters there are. */
  int size() {
    return live.size();
  }

  /** True if it knows enough of each letter for this filter. */
  boolean canAnswer(DeadLetterFilter filter) {
    return !isOverfull && (cutCount == 0 || filter.text().isEmpty());
  }

  long count(DeadLetterFilter filter) {
    return letters.values().stream().filter(each -> filter.matches(each.letter(queue))).count();
  }

  /** The first of those that match, so many at most, of larger offsets than this. */
  List<Summary> select(DeadLetterFilter filter, long after, int max) {
    return letters.tailMap(after, false).values().stream()
        .filter(each -> filter.matches(each.letter(queue)))
        .limit(max)
        .toList();
  }
}
