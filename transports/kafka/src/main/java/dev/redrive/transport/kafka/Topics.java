// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

final class Topics {
  private final Admin admin;
  private final Names names;
  private final KafkaTransportConfig config;

  Topics(Admin admin, Names names, KafkaTransportConfig config) {
    this.admin = admin;
    this.names = names;
    this.config = config;
  }

  CompletionStage<Void> provision(String queue) {
    List<NewTopic> topics = new ArrayList<>();
    Map<String, String> big =
        Map.of("max.message.bytes", Integer.toString(Clients.RECORD_BYTES_MAX));
    Optional<Integer> partitions =
        config.partitions().isPresent()
            ? Optional.of(config.partitions().getAsInt())
            : Optional.empty();
    topics.add(new NewTopic(queue, partitions, Optional.empty()).configs(big));
    names.holds()
        .forEach(
            hold ->
                topics.add(
                    new NewTopic(hold, Optional.of(1), Optional.<Short>empty()).configs(big)));
    topics.add(
        new NewTopic(names.dead(queue), Optional.of(1), Optional.<Short>empty())
            .configs(
                Map.of(
                    "max.message.bytes",
                    Integer.toString(Clients.RECORD_BYTES_MAX),
                    "cleanup.policy",
                    "compact")));
    CompletableFuture<?>[] made =
        admin.createTopics(topics).values().values().stream()
            .map(
                future ->
                    future
                        .toCompletionStage()
                        .toCompletableFuture()
                        .exceptionally(
                            failure -> {
                              if (failure instanceof TopicExistsException
                                  || failure.getCause() instanceof TopicExistsException) {
                                return null;
                              }
                              throw new IllegalStateException(failure);
                            }))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(made);
  }
}
