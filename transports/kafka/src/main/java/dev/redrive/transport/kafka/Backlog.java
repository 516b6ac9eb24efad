// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far a group is behind the end of a topic. Offsets that are no messages, such as the ends of
 * transactions, are counted as well, and what is settled above the first that is not: it is an
 * estimate, and rather too high. Thread-safe.
 */
final class Backlog {
  private final Admin admin;

  Backlog(Admin admin) {
    this.admin = admin;
  }

  /** How many records of the topic the group has not settled. */
  CompletionStage<Long> of(String topic, String group) {
    return partitions(topic)
        .thenCompose(
            partitions ->
                offsets(partitions, OffsetSpec.earliest())
                    .thenCombine(offsets(partitions, OffsetSpec.latest()), Bounds::new)
                    .thenCombine(
                        committed(group),
                        (bounds, committed) ->
                            partitions.stream()
                                .mapToLong(each -> bounds.behind(each, committed.get(each)))
                                .sum()));
  }

  /** Where logs begin and end. */
  private record Bounds(Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {

    long behind(TopicPartition partition, @Nullable Long committed) {
      long start = starts.getOrDefault(partition, 0L);
      long settled = committed == null ? start : Math.max(start, committed);
      return Math.max(0, ends.getOrDefault(partition, settled) - settled);
    }
  }

  private CompletionStage<List<TopicPartition>> partitions(String topic) {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .toCompletionStage()
        .thenApply(
            topics -> {
              TopicDescription found = Objects.requireNonNull(topics.get(topic));
              return found.partitions().stream()
                  .map(info -> new TopicPartition(topic, info.partition()))
                  .toList();
            });
  }

  private CompletionStage<Map<TopicPartition, Long>> offsets(
      List<TopicPartition> partitions, OffsetSpec which) {
    Map<TopicPartition, OffsetSpec> wanted =
        partitions.stream().collect(Collectors.toMap(each -> each, each -> which));
    return admin
        .listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .all()
        .toCompletionStage()
        .thenApply(
            found ->
                found.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, Backlog::offset)));
  }

  private static long offset(Map.Entry<TopicPartition, ListOffsetsResultInfo> found) {
    return found.getValue().offset();
  }

  private CompletionStage<Map<TopicPartition, Long>> committed(String group) {
    return admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .toCompletionStage()
        .thenApply(
            found -> {
              Map<TopicPartition, Long> offsets = new HashMap<>();
              for (Map.Entry<TopicPartition, OffsetAndMetadata> entry : found.entrySet()) {
                if (entry.getValue() != null) {
                  offsets.put(entry.getKey(), entry.getValue().offset());
                }
              }
              return offsets;
            });
  }
}
