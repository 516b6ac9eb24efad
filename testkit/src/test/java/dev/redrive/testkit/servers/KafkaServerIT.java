// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.testkit.servers.FaultProxy.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What tests rely on that use a Kafka broker. */
@Timeout(180)
class KafkaServerIT {
  private static final Duration BOUND = Duration.ofSeconds(30);

  @Test
  void what_was_acknowledged_is_there_after_a_kill() throws Exception {
    try (KafkaServer server = KafkaServer.start()) {
      createTopic(server.bootstrap(), "kept");
      try (KafkaProducer<String, String> producer = producer(server.bootstrap(), BOUND)) {
        send(producer, "kept", 0, 1000);
        server.kill();
        server.restart();
        // The same client finds its way back.
        send(producer, "kept", 1000, 1001);
      }

      assertThat(read(server.bootstrap(), "kept", 1001)).isEqualTo(numbers(0, 1001));
    }
  }

  @Test
  void a_way_that_is_cut_fails_its_client_alone_until_it_heals() throws Exception {
    KafkaServer server = KafkaServer.shared();
    createTopic(server.bootstrap(), "cut");
    Duration brief = Duration.ofSeconds(2);
    try (KafkaWay way = server.way();
        KafkaProducer<String, String> producer = producer(way.bootstrap(), brief);
        KafkaWay otherWay = server.way();
        KafkaProducer<String, String> other = producer(otherWay.bootstrap(), BOUND)) {
      send(producer, "cut", 0, 1);

      way.cut();
      assertThatThrownBy(() -> send(producer, "cut", 1, 2))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TimeoutException.class);
      send(other, "cut", 2, 3);

      way.heal();
      send(producer, "cut", 3, 4);
      assertThat(read(server.bootstrap(), "cut", 3)).containsExactly("0", "2", "3");
    }
  }

  @Test
  void a_record_whose_acknowledgement_vanished_is_there() throws Exception {
    KafkaServer server = KafkaServer.shared();
    createTopic(server.bootstrap(), "unanswered");
    try (KafkaWay way = server.way();
        KafkaProducer<String, String> producer = producer(way.bootstrap(), Duration.ofSeconds(2))) {
      send(producer, "unanswered", 0, 1);

      way.drop(Direction.TO_CLIENT);

      assertThatThrownBy(() -> send(producer, "unanswered", 1, 2))
          .hasCauseInstanceOf(TimeoutException.class);
      assertThat(read(server.bootstrap(), "unanswered", 2)).containsExactly("0", "1");
    }
  }

  @Test
  void whoever_used_a_closed_way_comes_back_by_no_other() throws Exception {
    KafkaServer server = KafkaServer.shared();
    createTopic(server.bootstrap(), "closed");
    KafkaWay way = server.way();
    try (KafkaProducer<String, String> dead = producer(way.bootstrap(), Duration.ofSeconds(2))) {
      send(dead, "closed", 0, 1);
      way.close();

      try (KafkaWay next = server.way();
          KafkaProducer<String, String> living = producer(next.bootstrap(), BOUND)) {
        assertThat(next.bootstrap()).isNotEqualTo(way.bootstrap());
        assertThatThrownBy(() -> send(dead, "closed", 1, 2))
            .hasCauseInstanceOf(TimeoutException.class);
        send(living, "closed", 2, 3);
      }
    }
    assertThat(read(server.bootstrap(), "closed", 2)).containsExactly("0", "2");
    assertThatThrownBy(way::heal).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_cluster_goes_on_without_one_node() throws Exception {
    try (KafkaCluster cluster = KafkaCluster.start()) {
      createTopic(cluster.bootstrap(), "replicated");
      try (KafkaWay way = cluster.way();
          KafkaProducer<String, String> producer = producer(way.bootstrap(), BOUND)) {
        send(producer, "replicated", 0, 100);
        cluster.nodes().get(0).kill();
        send(producer, "replicated", 100, 200);
        cluster.nodes().get(0).restart();
        cluster.nodes().get(1).kill();
        send(producer, "replicated", 200, 300);
      }

      assertThat(read(cluster.bootstrap(), "replicated", 300)).isEqualTo(numbers(0, 300));
    }
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  private static void createTopic(String bootstrap, String name) throws Exception {
    // With as many replicas as the broker says.
    NewTopic topic = new NewTopic(name, Optional.of(1), Optional.<Short>empty());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(topic)).all().get();
    }
  }

  private static KafkaProducer<String, String> producer(String bootstrap, Duration bound) {
    int millis = (int) bound.toMillis();
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers", bootstrap,
            "delivery.timeout.ms", millis,
            "request.timeout.ms", Math.min(millis, 1000),
            "max.block.ms", millis,
            "linger.ms", 0),
        new StringSerializer(),
        new StringSerializer());
  }

  private static void send(KafkaProducer<String, String> producer, String topic, int from, int to)
      throws Exception {
    List<Future<RecordMetadata>> acknowledgements = new ArrayList<>();
    for (String number : numbers(from, to)) {
      acknowledgements.add(producer.send(new ProducerRecord<>(topic, number)));
    }
    for (Future<RecordMetadata> acknowledgement : acknowledgements) {
      acknowledgement.get();
    }
  }

  private static List<String> read(String bootstrap, String topic, int count) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new ArrayList<>();
      long end = System.nanoTime() + BOUND.toNanos();
      while (values.size() < count && System.nanoTime() < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(next -> values.add(next.value()));
      }
      return values;
    }
  }
}
