// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.transport.kafka.Destinations.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GravesTest {
  private final Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:1"));
  private final VirtualTime time = new VirtualTime();
  private final Destinations destinations = new Destinations(admin, time.environment(1).timers());

  @AfterEach
  void close() {
    admin.close();
  }

  private Graves graves(CompletableFuture<Void> made) {
    return new Graves(queue -> made, new Names("redrive", Optional.empty()), destinations);
  }

  private static CompletableFuture<Void> failed(Throwable cause) {
    return CompletableFuture.failedFuture(
        new TransportException("cannot make the topic redrive.orders.dead", cause));
  }

  @Test
  void what_the_cluster_refuses_is_known_with_its_reason() {
    Graves graves = graves(failed(new TopicAuthorizationException("denied")));

    graves.look(Set.of("orders"));

    assertThat(graves.standing("orders")).isEqualTo(Standing.GONE);
    assertThat(graves.why("orders")).isEqualTo("cannot make the topic redrive.orders.dead");
  }

  @ParameterizedTest
  @MethodSource
  void what_may_pass_is_waited_for(ApiException cause) {
    Graves graves = graves(failed(cause));

    graves.look(Set.of("orders"));

    assertThat(graves.standing("orders")).isEqualTo(Standing.AWAITED);
  }

  static List<ApiException> what_may_pass_is_waited_for() {
    return List.of(
        new TimeoutException("no answer"),
        new InvalidReplicationFactorException("two of three brokers are there"));
  }

  @Test
  void whoever_waits_for_the_cluster_can_be_interrupted() {
    Graves graves = graves(new CompletableFuture<>());
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> graves.look(Set.of("orders"))).isInstanceOf(InterruptException.class);
    assertThat(Thread.interrupted()).as("is told to whoever called").isTrue();
  }

  @Test
  void what_is_known_of_queues_outlasts_a_slow_look_for_their_dead_topics() throws Exception {
    Names names = new Names("graves", Optional.empty());
    String queue = "graves-orders";
    Map<String, Object> settings = Map.of("bootstrap.servers", KafkaServer.shared().bootstrap());
    try (Admin there = Admin.create(settings);
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer())) {
      there
          .createTopics(
              List.of(
                  new NewTopic(queue, 1, (short) 1), new NewTopic(names.dead(queue), 1, (short) 1)))
          .all()
          .get();
      Poll.until(
          "the topics to be known",
          Duration.ofSeconds(30),
          () ->
              DeadScene.await(there.listTopics().names().toCompletionStage())
                  .containsAll(Set.of(queue, names.dead(queue))));
      Destinations known = new Destinations(there, time.environment(1).timers());
      Graves slow =
          new Graves(
              each -> {
                time.advance(Duration.ofSeconds(30));
                return CompletableFuture.completedStage(null);
              },
              names,
              known);
      Refusals refusals = new Refusals();
      ConsumerRecord<byte[], byte[]> large =
          new ConsumerRecord<>(names.hold(0), 0, 0, null, new byte[9]);
      Wire.put(large.headers(), Wire.QUEUE, queue);
      refusals.add(large, new Refusal(queue, new RecordTooLargeException("too large")));
      producer.initTransactions();

      new Transfer(consumer, producer, new Route(names), known, slow, refusals)
          .move(List.of(large), time.environment(1).clock().instant());

      assertThat(producer.history())
          .extracting(ProducerRecord::topic)
          .containsExactly(names.dead(queue));
    }
  }
}
