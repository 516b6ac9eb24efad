// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks.parallel;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A Parallel Consumer that empties a topic of one partition. */
final class Emptying {
  // Unless told otherwise it commits each five seconds, longer than all of it takes; and with less
  // than this it handles fewer messages a second.
  private static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);

  private final String bootstrap;
  private final String topic;
  private final ProcessingOrder order;
  private final int concurrency;

  Emptying(String bootstrap, String topic, ProcessingOrder order, int concurrency) {
    this.bootstrap = bootstrap;
    this.topic = topic;
    this.order = order;
    this.concurrency = concurrency;
  }

  /** Handles so many messages, those that are left; returns when the last is committed. */
  Progress run(int messages) throws InterruptedException {
    Progress progress = new Progress(messages, end());
    ParallelStreamProcessor<String, byte[]> processor =
        ParallelStreamProcessor.createEosStreamProcessor(
            ParallelConsumerOptions.<String, byte[]>builder()
                .consumer(
                    consumer(
                        Map.of(
                            "interceptor.classes",
                            CommitListener.class.getName(),
                            CommitListener.PROGRESS,
                            progress)))
                .ordering(order)
                .maxConcurrency(concurrency)
                .commitInterval(COMMIT_INTERVAL)
                .build());
    try {
      processor.subscribe(List.of(topic));
      processor.poll(context -> handle(context.value(), progress));
      progress.await();
      return progress;
    } finally {
      processor.close();
    }
  }

  // The first byte of a message is how many milliseconds it takes.
  private static void handle(byte[] body, Progress progress) {
    progress.begins();
    try {
      Thread.sleep(body[0]);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
    progress.ends();
  }

  private long end() {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, byte[]> consumer = consumer(Map.of())) {
      return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
  }

  private KafkaConsumer<String, byte[]> consumer(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("bootstrap.servers", bootstrap);
    settings.put("group.id", topic);
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "earliest");
    // Keys are texts: it tells them apart by equals.
    return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
  }
}
