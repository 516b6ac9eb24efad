// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The first records of each partition of the ladder, until their hold is over. All of a partition
 * wait equally long, so that the first is due first, by the time the broker wrote it down at.
 *
 * <p>A partition is read ahead, so that what is due next is there when it is, and paused while
 * there is enough of it. Of what is too much, the end is given up and read again when it is due. A
 * paused consumer is polled all the same, and stays a member of its group.
 *
 * <p>Used by the mover's thread alone.
 */
final class Heads implements ConsumerRebalanceListener {
  private static final int RECORDS_MAX = 500;
  private static final long BYTES_MAX = 16 * 1_024 * 1_024;
  private static final int DUE_RECORDS_MAX = 2_000;
  private static final long DUE_BYTES_MAX = 8 * 1_024 * 1_024;

  private final Consumer<byte[], byte[]> consumer;
  private final Function<String, Duration> holds;
  private final Map<TopicPartition, Line> lines = new LinkedHashMap<>();
  private long bytes;

  /** What is known of one partition. */
  private final class Line {
    final TopicPartition partition;
    final Duration hold;
    final Deque<ConsumerRecord<byte[], byte[]>> records = new ArrayDeque<>();
    // When the first that was given up is due.
    @Nullable Instant continuesAt;
    boolean isPaused;

    Line(TopicPartition partition) {
      this.partition = partition;
      this.hold = holds.apply(partition.topic());
    }

    Instant dueAt(ConsumerRecord<byte[], byte[]> record) {
      return Instant.ofEpochMilli(record.timestamp()).plus(hold);
    }

    /** When it is to be looked at next, if that is known. */
    @Nullable Instant next() {
      ConsumerRecord<byte[], byte[]> first = records.peekFirst();
      return first == null ? continuesAt : dueAt(first);
    }

    boolean isDue(Instant now) {
      ConsumerRecord<byte[], byte[]> first = records.peekFirst();
      return first != null && !dueAt(first).isAfter(now);
    }

    ConsumerRecord<byte[], byte[]> take() {
      ConsumerRecord<byte[], byte[]> first = records.removeFirst();
      bytes -= size(first);
      return first;
    }

    void bound() {
      long from = -1;
      while (bytes > BYTES_MAX && !records.isEmpty()) {
        ConsumerRecord<byte[], byte[]> last = records.removeLast();
        bytes -= size(last);
        continuesAt = dueAt(last);
        from = last.offset();
      }
      if (from >= 0) {
        consumer.seek(partition, from);
      }
      if (!isPaused && (from >= 0 || records.size() >= RECORDS_MAX)) {
        consumer.pause(Set.of(partition));
        isPaused = true;
      }
    }

    void resume(Instant now) {
      boolean isWanted =
          continuesAt == null ? records.size() <= RECORDS_MAX / 2 : !continuesAt.isAfter(now);
      if (isPaused && isWanted) {
        consumer.resume(Set.of(partition));
        isPaused = false;
        continuesAt = null;
      }
    }
  }

  /**
   * @param consumer whose assignment this listens to
   * @param holds how long a topic's records wait
   */
  Heads(Consumer<byte[], byte[]> consumer, Function<String, Duration> holds) {
    this.consumer = consumer;
    this.holds = holds;
  }

  /** Takes what was polled. */
  void add(ConsumerRecords<byte[], byte[]> polled) {
    for (TopicPartition partition : polled.partitions()) {
      Line line = lines.computeIfAbsent(partition, Line::new);
      for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
        line.records.addLast(record);
        bytes += size(record);
      }
    }
  }

  /** Takes a batch of those whose hold is over, of each partition in order; empty if none is. */
  List<ConsumerRecord<byte[], byte[]>> due(Instant now) {
    List<ConsumerRecord<byte[], byte[]>> due = new ArrayList<>();
    long size = 0;
    for (Line line : lines.values()) {
      while (line.isDue(now) && due.size() < DUE_RECORDS_MAX && size < DUE_BYTES_MAX) {
        ConsumerRecord<byte[], byte[]> record = line.take();
        size += size(record);
        due.add(record);
      }
    }
    return due;
  }

  /** Gives up what is too much, once all that is due is taken, and reads on where there is room. */
  void bound(Instant now) {
    lines.values().forEach(Line::bound);
    lines.values().forEach(line -> line.resume(now));
  }

  /** How long nothing becomes due of what is known, at most so long. */
  Duration patience(Instant now, Duration longest) {
    Duration patience = longest;
    for (Line line : lines.values()) {
      Instant next = line.next();
      if (next != null) {
        // A part of a millisecond too soon would be a busy wait.
        Duration left = Duration.between(now, next).plusMillis(1);
        patience = left.compareTo(patience) < 0 ? left : patience;
      }
    }
    return patience.isNegative() ? Duration.ZERO : patience;
  }

  /** Begins anew at what is committed, waiting for transactions that have not ended. */
  void rewind() {
    Set<TopicPartition> assigned = consumer.assignment();
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(assigned);
    forget(assigned);
    consumer.resume(assigned);
    for (TopicPartition partition : assigned) {
      @Nullable OffsetAndMetadata offset = committed.get(partition);
      if (offset == null) {
        consumer.seekToBeginning(Set.of(partition));
      } else {
        consumer.seek(partition, offset);
      }
    }
  }

  private static long size(ConsumerRecord<byte[], byte[]> record) {
    long size = Math.max(0, record.serializedKeySize());
    size += Math.max(0, record.serializedValueSize());
    for (Header header : record.headers()) {
      byte @Nullable [] value = header.value();
      size += header.key().length() + (value == null ? 0 : value.length);
    }
    return size;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    // They are read from the committed offset on, and nothing is paused.
    forget(partitions);
  }

  /** No transaction is under way here, because the mover polls between its transactions only. */
  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    forget(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    forget(partitions);
  }

  private void forget(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      Line line = lines.remove(partition);
      if (line != null) {
        line.records.forEach(record -> bytes -= size(record));
      }
    }
  }
}
