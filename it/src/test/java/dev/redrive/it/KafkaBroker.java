// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Kafka.
 *
 * @param addresses where to connect to
 * @param server where it is asked for what is left in its topics, whatever happens to the way
 */
record KafkaBroker(String addresses, String server) implements Broker {
  private static final String PREFIX = "redrive";
  private static final String OPTIONS =
      "?requestTime=3s&transactionTime=3s&graceTime=2s&sessionTime=3s&partitions=4";

  @Override
  public String uri() {
    return "kafka://" + addresses + OPTIONS;
  }

  @Override
  public boolean marksAttempts() {
    return true;
  }

  @Override
  public boolean fences() {
    return true;
  }

  @Override
  public Duration oldest() {
    return Duration.ZERO;
  }

  /** Records that are no marks of transactions, behind what its group has committed. */
  @Override
  public long waiting(String queue) {
    return left(queue).values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public String left() {
    return "; left: " + left("");
  }

  private Map<String, Long> left(String queue) {
    Map<String, Long> left = new TreeMap<>();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
      Set<String> topics = admin.listTopics().names().get();
      for (String topic : topics) {
        boolean isHold = topic.startsWith(PREFIX + ".hold.");
        boolean isAsked = queue.isEmpty() ? !topic.startsWith(PREFIX + ".") : topic.equals(queue);
        if (isHold || isAsked) {
          String group = isHold ? PREFIX + "@movers" : PREFIX + "." + topic;
          left.merge(topic, behind(admin, topic, group), Long::sum);
        } else if (topic.equals(PREFIX + ".lost")) {
          left.merge(topic, behind(admin, topic, PREFIX + ".nobody"), Long::sum);
        }
      }
    } catch (ExecutionException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
    left.values().removeIf(count -> count == 0);
    return left;
  }

  private long behind(Admin admin, String topic, String group)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> committed =
        new HashMap<>(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get());
    List<TopicPartition> partitions = new ArrayList<>();
    for (TopicDescription description :
        admin.describeTopics(List.of(topic)).allTopicNames().get().values()) {
      description
          .partitions()
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    long count = 0;
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", server, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      for (TopicPartition partition : partitions) {
        OffsetAndMetadata at = committed.get(partition);
        if (at != null) {
          reader.seek(partition, at.offset());
        }
      }
      Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(each -> reader.position(each) < ends.getOrDefault(each, 0L))) {
        count += reader.poll(Duration.ofMillis(100)).count();
      }
    }
    return count;
  }
}
