// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own clients with nothing around them, set as Redrive sets them. */
final class BareKafka implements AutoCloseable {
  private static final int BATCH_BYTES = 128 * 1_024;
  private static final Duration NOT_LONG = Duration.ofMillis(1);

  private final String bootstrap;
  private final KafkaProducer<byte[], byte[]> producer;

  BareKafka(String bootstrap) {
    this.bootstrap = bootstrap;
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "acks", "all",
                "enable.idempotence", true,
                "compression.type", "lz4",
                "linger.ms", 0,
                "batch.size", BATCH_BYTES),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Makes topics. */
  void makeTopics(int partitions, String... names) throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      List<NewTopic> topics =
          Stream.of(names).map(name -> new NewTopic(name, partitions, (short) 1)).toList();
      admin.createTopics(topics).all().get();
    }
  }

  /** Sends a record to a topic; completes when it is durable. */
  CompletableFuture<Void> send(String topic, byte[] body) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    // Its future says no more than the call-back does.
    var unused =
        producer.send(
            new ProducerRecord<>(topic, body),
            (stored, failure) -> {
              if (failure == null) {
                sent.complete(null);
              } else {
                sent.completeExceptionally(failure);
              }
            });
    return sent;
  }

  /**
   * A member of a group that has the topic's name, and begins where that has come to.
   *
   * @param protocol {@code classic} or {@code consumer}
   */
  KafkaConsumer<byte[], byte[]> consumer(String topic, String protocol) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", bootstrap,
            "group.id", topic,
            "group.protocol", protocol,
            "enable.auto.commit", false,
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /**
   * Consumes so many messages with so many workers, and commits, one commit at a time, how far all
   * has been handled; how many a second.
   *
   * @param window how many may be on their way
   */
  double consume(String topic, int messages, int workers, int window) throws Exception {
    Tally tally = new Tally(messages);
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(topic, "consumer")) {
      consumer.subscribe(List.of(topic));
      Commits commits = new Commits(consumer, tally);
      Semaphore slots = new Semaphore(window);
      while (!tally.isComplete()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(NOT_LONG)) {
          slots.acquire();
          Handled handled = commits.taken(record);
          pool.execute(
              () -> {
                tally.handled();
                handled.isDone = true;
                slots.release();
              });
        }
        commits.goOn();
      }
      return tally.rate();
    } finally {
      pool.shutdown();
    }
  }

  /** A record that was taken. */
  private static final class Handled {
    private final long offset;
    private volatile boolean isDone;

    private Handled(long offset) {
      this.offset = offset;
    }
  }

  /** What is handled without a gap, and its commits. */
  private static final class Commits {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Tally tally;
    private final Map<TopicPartition, Deque<Handled>> taken = new HashMap<>();
    private boolean isUnderWay;

    private Commits(KafkaConsumer<byte[], byte[]> consumer, Tally tally) {
      this.consumer = consumer;
      this.tally = tally;
    }

    private Handled taken(ConsumerRecord<byte[], byte[]> record) {
      Handled handled = new Handled(record.offset());
      taken
          .computeIfAbsent(
              new TopicPartition(record.topic(), record.partition()), key -> new ArrayDeque<>())
          .add(handled);
      return handled;
    }

    private void goOn() {
      if (isUnderWay) {
        return;
      }
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      int count = 0;
      for (Map.Entry<TopicPartition, Deque<Handled>> entry : taken.entrySet()) {
        Deque<Handled> open = entry.getValue();
        long next = -1;
        while (!open.isEmpty() && open.peek().isDone) {
          next = open.remove().offset + 1;
          count++;
        }
        if (next >= 0) {
          offsets.put(entry.getKey(), new OffsetAndMetadata(next));
        }
      }
      if (!offsets.isEmpty()) {
        commit(offsets, count);
      }
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets, int count) {
      isUnderWay = true;
      consumer.commitAsync(
          offsets,
          (committed, failure) -> {
            if (failure != null) {
              throw new IllegalStateException("a commit failed", failure);
            }
            isUnderWay = false;
            tally.acknowledged(count);
          });
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
