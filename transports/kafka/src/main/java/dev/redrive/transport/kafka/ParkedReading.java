// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaFuture;

/**
 * How far one partition of a parked topic is read. First all that is there, of each key the last
 * record, up to the end as it was when the reading began; then, from the first one that is not done
 * on, what people want done. As much of that is on its way as the listener has not taken yet, no
 * more: whole payloads come back with it. Used by the reader's thread alone, but for what the
 * listener gives back.
 */
final class ParkedReading {
  private static final long ON_ITS_WAY_BYTES_MAX = 8L * 1_024 * 1_024;
  private static final long UNKNOWN = -1;

  private final Parking.Listener listener;
  private final Map<String, ConsumerRecord<byte[], byte[]>> there = new LinkedHashMap<>();
  // What is wanted and was not done at that end: where it lies.
  private final Map<String, Long> wanted = new HashMap<>();
  private final AtomicLong onItsWay = new AtomicLong();
  private Optional<KafkaFuture<Long>> asked = Optional.empty();
  private long askFrom;
  private long end = UNKNOWN;
  private long next = UNKNOWN;
  private boolean isTold;
  private boolean isPlaced;

  /**
   * @param now a time of {@code Timers.nanoTime}
   */
  ParkedReading(Parking.Listener listener, long now) {
    this.listener = listener;
    this.askFrom = now;
  }

  /** Whether its end is known, so that it can be read. */
  boolean isKnown() {
    return end != UNKNOWN;
  }

  /** The question for its end that is out. */
  Optional<KafkaFuture<Long>> asked() {
    return asked;
  }

  /** Whether to ask for its end now. */
  boolean isToAsk(long now) {
    return !isKnown() && asked.isEmpty() && now - askFrom >= 0;
  }

  void asked(KafkaFuture<Long> question) {
    asked = Optional.of(question);
  }

  void ends(long at) {
    asked = Optional.empty();
    end = at;
  }

  /** There was no answer; it is to be asked for again at a time. */
  void askAgain(long from) {
    asked = Optional.empty();
    askFrom = from;
  }

  /** Whether the consumer that is open stands where this goes on. */
  boolean isPlaced() {
    return isPlaced;
  }

  /** The consumer stands there now; where that is: an offset, or empty for the beginning. */
  Optional<Long> place() {
    isPlaced = true;
    if (!isTold) {
      there.clear();
      wanted.clear();
      return Optional.empty();
    }
    return Optional.of(next);
  }

  /** There is another consumer. */
  void displace() {
    isPlaced = false;
  }

  /** Whether the listener has not taken enough of what is on its way to it. */
  boolean isFull() {
    return onItsWay.get() >= ON_ITS_WAY_BYTES_MAX;
  }

  void read(ConsumerRecord<byte[], byte[]> record) {
    String key = Wire.key(record.key());
    if (!isTold) {
      note(key, record);
    } else {
      next = record.offset() + 1;
      if (Parked.isReturn(key) && record.value() != null && isNews(key, record)) {
        tell(record);
      }
    }
  }

  private void note(String key, ConsumerRecord<byte[], byte[]> record) {
    boolean isEnd = record.value() == null;
    there.remove(key);
    if (Parked.isReturn(key) && !isEnd) {
      wanted.put(key, record.offset());
    } else if (Parked.isReturn(key)) {
      wanted.remove(key);
    } else if (!isEnd) {
      there.put(key, record);
    }
  }

  // Read once more, what lies before the end may be done since, or may have been by then.
  private boolean isNews(String key, ConsumerRecord<byte[], byte[]> record) {
    return record.offset() >= end || Objects.equals(wanted.remove(key), (Long) record.offset());
  }

  private void tell(ConsumerRecord<byte[], byte[]> record) {
    long bytes = new Content(record).bytes();
    onItsWay.addAndGet(bytes);
    listener.came(record, () -> onItsWay.addAndGet(-bytes));
  }

  /** All before that was read. */
  void reached(long position) {
    next = Math.max(next, position);
    if (!isTold && isKnown() && next >= end) {
      isTold = true;
      listener.there(List.copyOf(there.values()));
      there.clear();
      wanted.values().stream()
          .min(Long::compare)
          .ifPresent(
              first -> {
                next = first;
                isPlaced = false;
              });
    }
  }
}
