// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Kafka's own clients with nothing around them, set as Redrive sets them. */
final class BareKafka implements AutoCloseable {
  private static final int BATCH_BYTES = 128 * 1_024;
  private static final Duration POLL = Duration.ofMillis(1);

  private final String bootstrap;
  private final KafkaProducer<byte[], byte[]> producer;

  BareKafka(String bootstrap) {
    this.bootstrap = bootstrap;
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "enable.idempotence",
                true,
                "compression.type",
                "lz4",
                "linger.ms",
                0,
                "batch.size",
                BATCH_BYTES),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Where it is connected to, as {@code bootstrap.servers}. */
  String bootstrap() {
    return bootstrap;
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
    return send(new ProducerRecord<>(topic, body));
  }

  /** Sends a record with a key to a topic; completes when it is durable. */
  CompletableFuture<Void> send(String topic, String key, byte[] body) {
    return send(new ProducerRecord<>(topic, key.getBytes(UTF_8), body));
  }

  private CompletableFuture<Void> send(ProducerRecord<byte[], byte[]> record) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    // Its future says no more than the call-back does.
    var unused =
        producer.send(
            record,
            (stored, failure) -> {
              if (failure == null) {
                sent.complete(null);
              } else {
                sent.completeExceptionally(failure);
              }
            });
    return sent;
  }

  private KafkaConsumer<byte[], byte[]> consumer(String topic, int batch) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "group.id",
            topic,
            "group.protocol",
            "consumer",
            "max.poll.records",
            batch,
            "enable.auto.commit",
            false,
            "auto.offset.reset",
            "earliest",
            "isolation.level",
            "read_committed"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /**
   * Consumes so many messages, a batch at a time by so many workers, and commits each batch once it
   * has been handled; how many messages a second.
   *
   * @param waits true to read on when the commit has been accepted, so that no more than a batch is
   *     on its way, false to read on at once
   */
  double consume(String topic, int messages, int workers, int batch, boolean waits)
      throws Exception {
    Tally tally = new Tally(messages);
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(topic, batch)) {
      consumer.subscribe(List.of(topic));
      while (!tally.isComplete()) {
        int count = consumer.poll(POLL).count();
        CountDownLatch handled = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
          pool.execute(
              () -> {
                tally.handled();
                handled.countDown();
              });
        }
        handled.await();
        if (count > 0 && waits) {
          consumer.commitSync();
          tally.acknowledged(count);
        } else if (count > 0) {
          consumer.commitAsync((offsets, failure) -> committed(tally, count, failure));
        }
      }
      return tally.rate();
    } finally {
      pool.shutdown();
    }
  }

  private static void committed(Tally tally, int count, @Nullable Exception failure) {
    if (failure != null) {
      throw new IllegalStateException("a commit failed", failure);
    }
    tally.acknowledged(count);
  }

  @Override
  public void close() {
    producer.close();
  }
}
