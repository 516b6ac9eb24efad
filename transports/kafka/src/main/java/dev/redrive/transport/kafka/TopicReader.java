// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.TransportException;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads the one partition of a topic, what is committed of it, from wherever it is told to. Used by
 * one thread; its methods block.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  /** So many records that nobody wants are read past rather than fetched anew from behind them. */
  private static final int SKIPPED_MAX = 500;

  private final TopicPartition topic;
  private final Clients clients;
  private final Admin admin;
  private final Timers timers;
  private final Duration answerMax;
  private Optional<KafkaConsumer<byte[], byte[]>> open = Optional.empty();

  /** Is shown records. */
  interface Visitor {
    /** True to be shown the next one. */
    boolean visit(ConsumerRecord<byte[], byte[]> record);
  }

  /**
   * How far the topic goes.
   *
   * @param begin the first offset
   * @param readable the end of what can be read: what lies behind the beginning of an open
   *     transaction cannot, whoever wrote it
   * @param written the end of what is written
   */
  record Ends(long begin, long readable, long written) {}

  TopicReader(String topic, Clients clients, Admin admin, Timers timers) {
    this.topic = new TopicPartition(topic, 0);
    this.clients = clients;
    this.admin = admin;
    this.timers = timers;
    this.answerMax = clients.config().requestTime().multipliedBy(3);
  }

  Ends ends() {
    long began = timers.nanoTime();
    while (true) {
      try {
        return askForEnds();
      } catch (UnknownTopicOrPartitionException unknown) {
        // A topic that was made just now is not known to every broker.
        if (timers.nanoTime() - began > clients.config().requestTime().toNanos()) {
          throw new TransportException(
              "there is no topic %s; provision the queue again".formatted(topic.topic()), unknown);
        }
        Pause.of(POLL, timers);
      }
    }
  }

  private Ends askForEnds() {
    KafkaFuture<Long> begin = offset(OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    KafkaFuture<Long> readable = offset(OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    KafkaFuture<Long> written = offset(OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    try {
      return new Ends(begin.get(), readable.get(), written.get());
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof KafkaException cause
          ? cause
          : new KafkaException("cannot ask for the ends of " + topic, failure);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }

  private KafkaFuture<Long> offset(OffsetSpec which, IsolationLevel isolation) {
    return admin
        .listOffsets(Map.of(topic, which), new ListOffsetsOptions(isolation))
        .partitionResult(topic)
        .thenApply(ListOffsetsResult.ListOffsetsResultInfo::offset);
  }

  /**
   * Shows what lies between two offsets.
   *
   * @param patience how long it waits for a next record to be readable
   * @return where to go on: {@code to}, or an offset before that if the visitor wants no more or
   *     the patience is at its end
   */
  long read(long from, long to, Duration patience, Visitor visitor) {
    long position = from;
    long began = timers.nanoTime();
    while (position < to) {
      ConsumerRecords<byte[], byte[]> records = poll(position);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() >= to) {
          return to;
        }
        if (!visitor.visit(record)) {
          return record.offset() + 1;
        }
      }
      long reached = consumer().position(topic);
      if (reached > position) {
        began = timers.nanoTime();
      } else if (timers.nanoTime() - began > patience.toNanos()) {
        return reached;
      }
      position = reached;
    }
    return to;
  }

  /** Shows what lies between two offsets that can be read, or fails. */
  long readAll(long from, long to, Visitor visitor) {
    boolean[] isEnough = {false};
    long reached =
        read(
            from,
            to,
            answerMax,
            record -> {
              isEnough[0] = !visitor.visit(record);
              return !isEnough[0];
            });
    if (reached < to && !isEnough[0]) {
      throw new TransportException(
          "%s could not be read beyond offset %d in %s".formatted(topic, reached, answerMax));
    }
    return reached;
  }

  /**
   * The records at these offsets, which ascend.
   *
   * @param bytesMax with the record that exceeds it, reading ends
   * @return those that are there, in the same order
   */
  List<ConsumerRecord<byte[], byte[]>> at(List<Long> offsets, long bytesMax) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    long[] bytes = {0};
    int i = 0;
    while (i < offsets.size() && bytes[0] < bytesMax) {
      int end = i + 1;
      while (end < offsets.size() && offsets.get(end) - offsets.get(end - 1) <= SKIPPED_MAX) {
        end++;
      }
      List<Long> near = offsets.subList(i, end);
      int[] next = {0};
      readAll(
          near.get(0),
          near.get(near.size() - 1) + 1,
          record -> {
            while (next[0] < near.size() && near.get(next[0]) < record.offset()) {
              next[0]++;
            }
            if (next[0] < near.size() && near.get(next[0]) == record.offset()) {
              found.add(record);
              bytes[0] += record.serializedValueSize();
            }
            return bytes[0] < bytesMax;
          });
      i = end;
    }
    return found;
  }

  private ConsumerRecords<byte[], byte[]> poll(long position) {
    KafkaConsumer<byte[], byte[]> consumer = consumer();
    // What was fetched beforehand is kept where reading just goes on.
    if (consumer.position(topic) != position) {
      consumer.seek(topic, position);
    }
    return consumer.poll(POLL);
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    if (open.isEmpty()) {
      KafkaConsumer<byte[], byte[]> consumer = clients.reader();
      consumer.assign(List.of(topic));
      consumer.seek(topic, 0);
      open = Optional.of(consumer);
    }
    return open.get();
  }

  /** Frees what it has; it can be used again. */
  @Override
  public void close() {
    Optional<KafkaConsumer<byte[], byte[]>> closing = open;
    open = Optional.empty();
    closing.ifPresent(consumer -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
  }
}
