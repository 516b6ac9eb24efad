// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static dev.redrive.transport.rabbitmq.Broker.properties;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.LongStringHelper;
import dev.redrive.TransportException;
import dev.redrive.retry.Reason;
import dev.redrive.spi.Capabilities.Durability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Subscription;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Queues that somebody else made, and messages that somebody else sent. */
class ExistingQueueTest {
  private Broker broker;
  private Channel channel;

  @BeforeEach
  void open() throws Exception {
    broker = new Broker(Broker.config());
    channel = broker.channel();
  }

  @AfterEach
  void close() throws Exception {
    broker.close();
  }

  static Stream<Arguments> queues() {
    return Stream.of(
        Arguments.of("quorum", Map.of("x-queue-type", "quorum", "x-delivery-limit", 5)),
        Arguments.of("classic", Map.of()),
        Arguments.of("length", Map.of("x-max-length", 10, "x-overflow", "reject-publish")),
        Arguments.of("ttl", Map.of("x-message-ttl", 60_000, "x-expires", 90_000)),
        Arguments.of("priority", Map.of("x-max-priority", 5, "x-queue-mode", "lazy")),
        Arguments.of(
            "quorum-single", Map.of("x-queue-type", "quorum", "x-single-active-consumer", true)),
        Arguments.of("single", Map.of("x-single-active-consumer", true)));
  }

  @ParameterizedTest
  @MethodSource("queues")
  void queue_with_any_arguments_is_used_as_it_is(String name, Map<String, Object> arguments)
      throws Exception {
    String queue = "theirs-" + name;
    channel.queueDeclare(queue, true, false, false, arguments);
    broker.provision(queue);

    QueueTraits traits = QueueTraits.read(channel.getConnection(), queue).orElseThrow();
    assertThat(traits.isDurable()).isTrue();
    assertThat(traits.arguments().keySet()).isEqualTo(arguments.keySet());
    Subscription subscription = broker.subscribe(queue);
    broker.send(queue, "first", Duration.ZERO);
    InMessage first = broker.next(subscription);
    // Several at a time, where there may be one consumer alone.
    subscription.request(5);
    for (int i = 0; i < 5; i++) {
      broker.send(queue, "m" + i, Duration.ZERO);
    }
    broker.retry(subscription, first, Duration.ofMillis(100));
    for (int i = 0; i < 6; i++) {
      InMessage message = broker.next(subscription);
      broker.settle(subscription, new Settlement.Ack(message.lease()));
    }
    // It still is what its maker declares.
    channel.queueDeclare(queue, true, false, false, arguments);
    assertThat(channel.messageCount(queue)).isZero();
  }

  @Test
  void stream_is_refused_for_what_it_is() throws Exception {
    channel.queueDeclare(
        "a-stream",
        true,
        false,
        false,
        Map.of("x-queue-type", "stream", "x-max-length-bytes", 1_000_000));

    assertThatThrownBy(() -> broker.provision("a-stream"))
        .hasCauseInstanceOf(TransportException.class)
        .hasMessageContaining("a-stream is a stream");
  }

  @Test
  void queue_of_another_connection_alone_is_refused() throws Exception {
    channel.queueDeclare("exclusive", false, true, false, null);

    assertThatThrownBy(() -> broker.provision("exclusive"))
        .hasCauseInstanceOf(TransportException.class)
        .hasMessageContaining("exclusive");
  }

  @Test
  void queue_that_is_not_durable_is_refused_unless_that_is_accepted() throws Exception {
    channel.queueDeclare("fleeting", false, false, true, Map.of("x-max-length", 3));

    assertThatThrownBy(() -> broker.provision("fleeting"))
        .hasCauseInstanceOf(TransportException.class)
        .hasMessageContaining("fleeting is not durable")
        .hasMessageContaining("allowTransient=true");

    try (Broker careless = new Broker(Broker.config().allowTransient(true))) {
      assertThat(careless.transport().capabilities().durability())
          .isEqualTo(Durability.PROCESS_CRASH);
      careless.provision("fleeting");
      careless.send("fleeting", "m", Duration.ZERO);
      assertThat(careless.next(careless.subscribe("fleeting")).id()).isEqualTo("m");
    }
  }

  @Test
  void queue_says_what_follows_from_its_arguments() {
    QueueTraits traits =
        new QueueTraits(
            false, true, Map.of("x-max-length", 3, "x-message-ttl", 10L, "x-expires", 50L));
    assertThat(traits.consequences())
        .containsExactly(
            "is not durable: it is gone with its messages when the broker restarts",
            "deletes itself with its last consumer, and then its messages are gone",
            "deletes itself when it was not used for 50 ms",
            "drops what has waited for 10 ms",
            "drops messages when it is too long");
    assertThat(
            new QueueTraits(
                    true, false, Map.of("x-dead-letter-exchange", "", "x-delivery-limit", 3L))
                .consequences())
        .containsExactly("dead-letters what was handed over more than 3 times, attempts or not");
  }

  @Test
  void queue_of_dead_letters_that_would_lose_what_is_replayed_is_refused() throws Exception {
    channel.queueDeclare("contract.trapped.dead", true, false, false, null);

    assertThatThrownBy(() -> broker.provision("trapped"))
        .hasCauseInstanceOf(TransportException.class)
        .hasMessageContaining("contract.trapped.dead")
        .hasMessageContaining("prefix");
  }

  private static Map<String, Object> oddHeaders() {
    Map<String, Object> headers = new HashMap<>();
    headers.put("table", Map.of("inner", Map.of("n", 1), "text", text("ü")));
    headers.put("array", List.of(1, text("two"), List.of(true)));
    headers.put("long", Long.MAX_VALUE);
    headers.put("short", (short) 7);
    headers.put("byte", (byte) -1);
    headers.put("date", Date.from(Instant.ofEpochSecond(1_700_000_000)));
    headers.put("decimal", new BigDecimal("12.34"));
    headers.put("float", 1.5f);
    headers.put("double", -0.1);
    headers.put("flag", true);
    headers.put("bytes", new byte[] {0, -1, 10});
    headers.put("nothing", null);
    headers.put("", text("no name"));
    headers.put("redrive-due-at", text("no time"));
    return headers;
  }

  private static LongString text(String text) {
    return LongStringHelper.asLongString(text);
  }

  private static final AMQP.BasicProperties ODD =
      new AMQP.BasicProperties.Builder()
          .headers(oddHeaders())
          .deliveryMode(1)
          .priority(3)
          .expiration("60000")
          .contentType("application/x-protobuf")
          .contentEncoding("gzip")
          .correlationId("c-1")
          .replyTo("answers")
          .type("order")
          .appId("shop")
          .timestamp(Date.from(Instant.ofEpochSecond(1_700_000_000)))
          .clusterId("c")
          .build();

  private static void assertKept(AMQP.BasicProperties properties) {
    // What is new: it survives a restart, and does not expire on its way.
    assertThat(properties.builder().headers(null).messageId(null).build())
        .isEqualTo(ODD.builder().headers(null).deliveryMode(2).expiration(null).build());
    Map<String, Object> headers = properties.getHeaders();
    oddHeaders()
        .forEach(
            (name, value) -> {
              if (value instanceof byte[] bytes) {
                assertThat(Arrays.equals((byte[]) headers.get(name), bytes)).isTrue();
              } else if (!name.startsWith("redrive-")) {
                assertThat(headers).containsEntry(name, value);
              }
            });
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void odd_message_is_retried_dead_lettered_and_replayed_as_it_is(String queue, byte[] body)
      throws Exception {
    channel.queueDeclare(queue, true, false, false, Map.of("x-max-priority", 5));
    broker.provision(queue);
    channel.basicPublish("", queue, ODD, body);
    Subscription subscription = broker.subscribe(queue);

    InMessage first = broker.next(subscription);
    assertThat(first.attempt()).isEqualTo(1);
    assertThat(first.body()).isEqualTo(body);
    assertThat(first.headers())
        .containsEntry("content-encoding", "gzip")
        .containsEntry("long", Long.toString(Long.MAX_VALUE))
        .containsEntry("date", "2023-11-14T22:13:20.000Z");
    broker.retry(subscription, first, Duration.ofMillis(100));

    InMessage second = broker.next(subscription);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.headers()).isEqualTo(first.headers());
    assertThat(second.body()).isEqualTo(body);
    assertKept(((RabbitLease) second.lease()).content().properties());
    broker.settle(
        subscription,
        new Settlement.Dead(second.lease(), Reason.REJECTED, "no", "kind", 2, Map.of()));
    subscription.close();

    assertThat(broker.letter(queue).body()).isEqualTo(body);
    assertThat(broker.letter(queue).id()).isEqualTo(first.id());
    assertThat(broker.replay(queue)).isEqualTo(1);
    GetResponse replayed = broker.take(channel, queue);
    assertKept(replayed.getProps());
    assertThat(replayed.getBody()).isEqualTo(body);
  }

  static Stream<Arguments> bodies() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    return Stream.of(
        Arguments.of("odd-empty", new byte[0]),
        Arguments.of("odd-bytes", all),
        Arguments.of("odd-large", new byte[1_000_000]));
  }
}
