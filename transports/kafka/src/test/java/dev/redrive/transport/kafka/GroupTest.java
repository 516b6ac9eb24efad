// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.KafkaServer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer group whose name was given. */
@Timeout(180)
class GroupTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static final AtomicInteger TESTS = new AtomicInteger();

  private final RealTime time = new RealTime(12);
  // Of a test that is run again as well.
  private final String own = "-" + TESTS.incrementAndGet();

  @AfterEach
  void close() {
    time.close();
  }

  private Transport open(String options) {
    return new KafkaTransportProvider()
        .open(
            URI.create("kafka://" + KafkaServer.shared().bootstrap() + "?" + options),
            time.environment());
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static void send(Transport transport, String queue, String id) {
    OutMessage message = new OutMessage(id, false, "", Instant.EPOCH, Map.of(), id.getBytes(UTF_8));
    assertThat(await(transport.publish(queue, List.of(message))))
        .containsExactly(PublishResult.Accepted.INSTANCE);
  }

  /** Takes the messages of a queue, one at a time. */
  private static final class Taker {
    private final BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
    private final Subscription subscription;

    Taker(Transport transport, String queue) {
      await(transport.provision(new QueueSpec(queue, false, OptionalLong.empty(), Duration.ZERO)));
      subscription =
          transport.subscribe(queue, new SubscribeOptions(Duration.ofMinutes(1)), inbox::addAll);
    }

    InMessage next() {
      subscription.request(1);
      Poll.until("a message", BOUND, () -> !inbox.isEmpty());
      return inbox.remove();
    }

    void settle(Settlement settlement) {
      assertThat(await(subscription.settle(List.of(settlement)))).containsExactly(Settled.DONE);
    }

    /** Acknowledges the next one, and tells its id and the number of its attempt. */
    String take() {
      InMessage message = next();
      settle(new Settlement.Ack(message.lease()));
      return message.id() + "/" + message.attempt();
    }
  }

  /** The topics of which a group has committed something. */
  private static Set<String> topics(String group) {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", KafkaServer.shared().bootstrap()))) {
      return admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .keySet()
          .stream()
          .map(TopicPartition::topic)
          .collect(Collectors.toSet());
    } catch (ExecutionException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void takes_all_queues_and_goes_on_where_it_was(String protocol) {
    String group = "accounting" + own;
    String options = "prefix=grouped&group=%s&groupProtocol=%s".formatted(group, protocol);
    List<String> queues = List.of("bills" + own, "payments" + own);
    for (String id : List.of("before", "after")) {
      try (Transport transport = open(options)) {
        List<Taker> takers = queues.stream().map(queue -> new Taker(transport, queue)).toList();
        queues.forEach(queue -> send(transport, queue, id + " " + queue));

        assertThat(takers.stream().map(Taker::take).toList())
            .isEqualTo(queues.stream().map(queue -> id + " " + queue + "/1").toList());
      }
    }
    assertThat(topics(group)).containsExactlyInAnyOrderElementsOf(queues);
    assertThat(queues).allSatisfy(queue -> assertThat(topics("grouped." + queue)).isEmpty());
  }

  @Test
  void each_takes_all_of_a_topic_and_the_retries_of_the_others_too() {
    String queue = "read-by-two" + own;
    try (Transport one = open("prefix=one&group=group-one");
        Transport two = open("prefix=two&group=group-two")) {
      Taker first = new Taker(one, queue);
      Taker second = new Taker(two, queue);
      send(one, queue, "a");
      send(two, queue, "b");
      InMessage a = first.next();
      first.settle(new Settlement.Retry(a.lease(), Instant.EPOCH, Map.of()));

      assertThat(List.of(first.take(), first.take())).containsExactly("b/1", "a/2");
      assertThat(List.of(second.take(), second.take(), second.take()))
          .containsExactly("a/1", "b/1", "a/2");
    }
  }
}
