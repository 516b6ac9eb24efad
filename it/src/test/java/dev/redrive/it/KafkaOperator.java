// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Whoever runs a Kafka cluster, and does there what Redrive does not expect. Thread-safe. */
final class KafkaOperator implements AutoCloseable {
  /** Where the brokers keep what groups have committed; its leader coordinates the groups. */
  static final String OFFSETS = "__consumer_offsets";

  /** Where they keep transactions; its leader coordinates these. */
  static final String TRANSACTIONS = "__transaction_state";

  private final String servers;
  private final Admin admin;

  /**
   * Who the broker takes for the owner of a transactional id.
   *
   * @param producer the number of its producer
   * @param epoch how many it has had of this number
   */
  record Owner(long producer, int epoch) {}

  KafkaOperator(String servers) {
    this.servers = servers;
    this.admin = Admin.create(Map.of("bootstrap.servers", servers));
  }

  void makeTopic(String name, int partitions, Map<String, String> settings) {
    NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
    await(admin.createTopics(List.of(topic.configs(settings))).all());
  }

  /** Sets something of a topic. */
  void set(String topic, String setting, String value) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    AlterConfigOp change =
        new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    await(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
  }

  void deleteTopic(String name) {
    await(admin.deleteTopics(List.of(name)).all());
  }

  boolean hasTopic(String name) {
    return await(admin.listTopics().names()).contains(name);
  }

  /** How many members a group has. */
  int memberCount(String group) {
    try {
      return Objects.requireNonNull(
              admin.describeConsumerGroups(List.of(group)).describedGroups().get(group))
          .get()
          .members()
          .size();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof GroupIdNotFoundException) {
        return 0;
      }
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
  }

  /** The id of the node that leads the first partition of a topic. */
  int leader(String topic) {
    return Objects.requireNonNull(
            await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic))
        .partitions()
        .get(0)
        .leader()
        .id();
  }

  /** The transactional ids under which messages of a queue are settled, and who has them. */
  Map<String, Owner> owners(String queue) {
    Collection<TransactionListing> all = await(admin.listTransactions().all());
    List<String> ids =
        all.stream()
            .map(TransactionListing::transactionalId)
            .filter(id -> id.endsWith(":" + queue) && !id.contains("@dead:"))
            .toList();
    Map<String, Owner> owners = new HashMap<>();
    Map<String, TransactionDescription> described = await(admin.describeTransactions(ids).all());
    described.forEach(
        (id, told) -> owners.put(id, new Owner(told.producerId(), told.producerEpoch())));
    return owners;
  }

  /** Begins a producer of transactions under this id, as a second process of that name would. */
  void takeOver(String transactionalId) {
    try (KafkaProducer<byte[], byte[]> intruder =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "transactional.id", transactionalId),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      intruder.initTransactions();
    }
  }

  private static <T> T await(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
  }

  private static AssertionError interrupted(InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    return new AssertionError(interrupted);
  }

  @Override
  public void close() {
    admin.close();
  }
}
