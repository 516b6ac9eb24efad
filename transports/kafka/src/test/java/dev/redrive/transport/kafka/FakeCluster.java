// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.spi.WireHeaders;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * What a cluster has of one topic, one group and one transactional id. It answers at once, but for
 * what a test holds back: that waits as a {@link Question} for the test's answer. Thread-safe.
 */
final class FakeCluster {
  private static final long OTHER_PROCESS = 99;

  static final String TOPIC = "orders";

  private final InstantSource clock;

  // All below is guarded by this.
  private final Set<Call> held = EnumSet.noneOf(Call.class);
  private final Deque<Question> open = new ArrayDeque<>();
  // An offset without a record is the mark of a transaction.
  private final Map<TopicPartition, List<Optional<ConsumerRecord<byte[], byte[]>>>> logs =
      new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
  private final Set<TopicPartition> silent = new HashSet<>();
  private int epoch;
  private final List<ProducerRecord<byte[], byte[]>> stored = new ArrayList<>();
  private final Map<TopicPartition, OffsetAndMetadata> joined = new HashMap<>();
  private final List<ProducerRecord<byte[], byte[]>> counted = new ArrayList<>();
  private Predicate<ProducerRecord<byte[], byte[]>> tooLarge = record -> false;

  FakeCluster(InstantSource clock) {
    this.clock = clock;
  }

  static TopicPartition partition(int number) {
    return new TopicPartition(TOPIC, number);
  }

  /** From now on these have no answer but by the test. */
  synchronized void hold(Call... calls) {
    held.addAll(List.of(calls));
  }

  /** From now on these are answered at once again; what was asked before still waits. */
  synchronized void release(Call... calls) {
    held.removeAll(List.of(calls));
  }

  /** Holds nothing any more, and refuses what waits. */
  void end(RuntimeException why) {
    List<Question> rest;
    synchronized (this) {
      held.clear();
      silent.clear();
      rest = List.copyOf(open);
      open.clear();
    }
    rest.forEach(question -> question.refuse(why));
  }

  /** Takes out the oldest question of this kind that waits for an answer. */
  synchronized Optional<Question> next(Call call) {
    Optional<Question> next = open.stream().filter(each -> each.call() == call).findFirst();
    next.ifPresent(open::remove);
    return next;
  }

  synchronized boolean isAsked(Call call) {
    return open.stream().anyMatch(each -> each.call() == call);
  }

  /** A client asks. */
  Question ask(Call call, Runnable effect, Consumer<Optional<RuntimeException>> told) {
    Question question = new Question(call, effect, told);
    synchronized (this) {
      if (held.contains(call)) {
        open.add(question);
        return question;
      }
    }
    question.accept();
    return question;
  }

  /** Puts messages into a partition. */
  void send(int partition, String... ids) {
    sendAt(partition, clock.instant(), ids);
  }

  /** The same, from a sender whose clock shows this time. */
  synchronized void sendAt(int partition, Instant at, String... ids) {
    for (String id : ids) {
      Headers headers = new RecordHeaders();
      Wire.put(headers, WireHeaders.ID, id);
      append(partition(partition), at, id.getBytes(UTF_8), headers);
    }
  }

  private void append(TopicPartition partition, Instant at, byte[] value, Headers headers) {
    List<Optional<ConsumerRecord<byte[], byte[]>>> log = log(partition);
    log.add(
        Optional.of(
            new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                log.size(),
                at.toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                value.length,
                new byte[0],
                value,
                headers,
                Optional.empty())));
  }

  /** Puts the mark of a transaction there. */
  synchronized void mark(int partition) {
    log(partition(partition)).add(Optional.empty());
  }

  /** The topic is deleted and made again, empty. */
  synchronized void makeAnew() {
    logs.clear();
  }

  private List<Optional<ConsumerRecord<byte[], byte[]>>> log(TopicPartition partition) {
    return logs.computeIfAbsent(partition, each -> new ArrayList<>());
  }

  synchronized long end(TopicPartition partition) {
    return log(partition).size();
  }

  /** What lies from an offset on; marks are left out. */
  synchronized List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition, long from) {
    List<Optional<ConsumerRecord<byte[], byte[]>>> log = log(partition);
    return log.subList((int) from, log.size()).stream().flatMap(Optional::stream).toList();
  }

  /** What is committed of this partition is told to nobody, nor where it ends. */
  synchronized void silence(int partition) {
    silent.add(partition(partition));
  }

  synchronized void speak(int partition) {
    silent.remove(partition(partition));
  }

  /** Whether none of these partitions is silent, or in a transaction that is not decided. */
  synchronized boolean isTold(Collection<TopicPartition> partitions) {
    return partitions.stream().noneMatch(each -> silent.contains(each) || joined.containsKey(each));
  }

  synchronized Optional<OffsetAndMetadata> committed(TopicPartition partition) {
    return Optional.ofNullable(committed.get(partition));
  }

  synchronized void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    committed.putAll(offsets);
  }

  /** Somebody takes the name of the transactions: what is undecided is taken back. */
  synchronized int init() {
    stored.clear();
    joined.clear();
    return ++epoch;
  }

  synchronized void check(int producer) {
    if (producer != epoch) {
      throw new ProducerFencedException("another producer has the name");
    }
  }

  /** These are too large for the topics that they go to. */
  synchronized void refuse(Predicate<ProducerRecord<byte[], byte[]>> records) {
    tooLarge = records;
  }

  synchronized boolean isTooLarge(ProducerRecord<byte[], byte[]> record) {
    return tooLarge.test(record);
  }

  synchronized void store(int producer, ProducerRecord<byte[], byte[]> record) {
    check(producer);
    stored.add(record);
  }

  synchronized void join(int producer, Map<TopicPartition, OffsetAndMetadata> offsets) {
    check(producer);
    joined.putAll(offsets);
  }

  /** The transaction counts. */
  synchronized void count(int producer) {
    check(producer);
    committed.putAll(joined);
    counted.addAll(stored);
    for (ProducerRecord<byte[], byte[]> record : stored) {
      if (record.topic().equals(TOPIC)) {
        append(partition(record.partition()), clock.instant(), record.value(), record.headers());
        mark(record.partition());
      }
    }
    stored.clear();
    joined.clear();
  }

  /** The transaction is taken back. */
  synchronized void takeBack(int producer) {
    check(producer);
    stored.clear();
    joined.clear();
  }

  /** What counts of the records of a topic that is not the queue's. */
  synchronized List<ProducerRecord<byte[], byte[]>> counted(String topic) {
    return counted.stream().filter(record -> record.topic().equals(topic)).toList();
  }

  /** The copies that count, as {@code id/attempts topic}. */
  synchronized List<String> copies() {
    return counted.stream()
        .map(
            record ->
                Wire.text(record.headers(), WireHeaders.ID)
                    + "/"
                    + Wire.text(record.headers(), WireHeaders.ATTEMPT)
                    + " "
                    + record.topic())
        .toList();
  }

  /** Another process has the partition, and does something in it that it commits. */
  void commitOf(int partition, Consumer<Progress> does) {
    Progress other = Progress.start(0, "", OTHER_PROCESS, QueueScene.METADATA_MAX);
    does.accept(other);
    Commit commit = other.commit();
    commit(Map.of(partition(partition), new OffsetAndMetadata(commit.offset(), commit.metadata())));
  }

  /** Whether another process that had the partition now would take this message for done. */
  boolean isDone(int partition, long offset) {
    return asNextOwner(partition).isDone(offset);
  }

  /** What another process would know of a partition that had it now. */
  Progress asNextOwner(int partition) {
    OffsetAndMetadata at = committed(partition(partition)).orElse(new OffsetAndMetadata(0));
    return Progress.start(at.offset(), at.metadata(), Long.MAX_VALUE, QueueScene.METADATA_MAX);
  }
}
