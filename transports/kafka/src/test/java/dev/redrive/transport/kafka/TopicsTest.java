// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Makes topics on a real broker. */
@Timeout(120)
class TopicsTest {
  private final RealTime time = new RealTime(1);
  private final Environment environment = time.environment();
  private final Admin admin = Clients.admin(config("topics"));

  private static KafkaTransportConfig config(String prefix) {
    return KafkaTransportConfig.builder()
        .servers(List.of(KafkaServer.shared().bootstrap()))
        .prefix(prefix)
        .partitions(3)
        .build();
  }

  private Topics topics(String prefix) {
    KafkaTransportConfig config = config(prefix);
    return new Topics(
        admin,
        config,
        new Names(prefix, Optional.empty()),
        Probe.await(admin, config, environment),
        environment);
  }

  @AfterEach
  void close() {
    admin.close();
    time.close();
  }

  @Test
  void processes_that_make_the_same_topics_at_once_all_have_them() throws Exception {
    List<CompletableFuture<TopicTraits>> made = new ArrayList<>();
    for (int process = 0; process < 6; process++) {
      made.add(topics("many").provision("many-orders", false).toCompletableFuture());
    }
    for (CompletableFuture<TopicTraits> each : made) {
      TopicTraits queue = each.join();

      assertThat(queue.partitions()).isEqualTo(3);
      assertThat(queue.number("retention.ms")).hasValue(Duration.ofDays(7).toMillis());
      assertThat(queue.number("max.message.bytes")).hasValue(Clients.RECORD_BYTES_MAX);
    }
    Names names = new Names("many", Optional.empty());
    assertThat(admin.listTopics().names().get())
        .containsAll(names.holds())
        .contains(names.lost(), names.dead("many-orders"));
    assertThat(topics("many").ladder().toCompletableFuture().join())
        .hasSize(Ladder.LEVELS + 1)
        .hasEntrySatisfying(
            names.hold(19),
            hold ->
                assertThat(hold.number("retention.ms").orElse(0))
                    .isGreaterThan(Duration.ofDays(20).toMillis()));
  }

  @Test
  void topic_that_is_there_is_used_as_it_is() throws Exception {
    make("own-orders", 5, Map.of("retention.ms", "-1"));

    TopicTraits queue = topics("own").provision("own-orders", false).toCompletableFuture().join();

    assertThat(queue.partitions()).isEqualTo(5);
    assertThat(queue.setting("retention.ms")).isEqualTo("-1");
  }

  @Test
  void topic_that_would_lose_messages_is_refused() throws Exception {
    make("short-orders", 1, Map.of("retention.ms", "60000"));
    make("short.good.dead", 1, Map.of());

    assertRefused("short", "short-orders", "retention.ms is 60000");
    assertRefused("short", "good", "topic short.good.dead cannot be used: its cleanup.policy");
  }

  @Test
  void what_waits_in_line_has_the_partitions_of_the_queue() throws Exception {
    make("line-orders", 2, Map.of());
    topics("line").provision("line-orders", true).toCompletableFuture().join();
    assertThat(partitions("line.line-orders.parked")).isEqualTo(2);

    admin.createPartitions(Map.of("line-orders", NewPartitions.increaseTo(4))).all().get();
    topics("line").provision("line-orders", true).toCompletableFuture().join();
    assertThat(partitions("line.line-orders.parked")).isEqualTo(4);
  }

  @Test
  void queue_in_which_messages_may_wait_in_line_stays_ordered() {
    topics("keeps").provision("keeps-orders", true).toCompletableFuture().join();

    assertRefused(
        "keeps", "keeps-orders", "keep it ordered, or, when none waits, stop all processes");
  }

  private int partitions(String topic) throws ExecutionException, InterruptedException {
    return admin
        .describeTopics(List.of(topic))
        .topicNameValues()
        .values()
        .iterator()
        .next()
        .get()
        .partitions()
        .size();
  }

  @Test
  void queue_cannot_be_in_a_topic_of_the_ladder() {
    assertRefused("taken", "taken.hold.07", "other messages");
    assertRefused("taken", "taken.lost", "other messages");
  }

  @Test
  void what_kafka_refuses_is_explained() {
    KafkaTransportConfig config =
        KafkaTransportConfig.builder().servers(config("any").servers()).replication(3).build();
    Topics topics =
        new Topics(
            admin,
            config,
            new Names("copies", Optional.empty()),
            Probe.await(admin, config, environment),
            environment);

    assertThatThrownBy(() -> topics.provision("copies-orders", false).toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("option replication");
  }

  private void assertRefused(String prefix, String queue, String why) {
    assertThatThrownBy(() -> topics(prefix).provision(queue, false).toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(why);
  }

  private void make(String topic, int partitions, Map<String, String> settings)
      throws ExecutionException, InterruptedException {
    admin
        .createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(settings)))
        .all()
        .get();
  }
}
