// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static dev.redrive.transport.rabbitmq.Broker.properties;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Subscription;
import dev.redrive.transport.rabbitmq.ClassicLayout.ExchangeType;
import dev.redrive.transport.rabbitmq.ClassicLayout.Route;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redrive and a program that has only the client share queues, each as if it were alone. */
class ClassicLayoutTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofMillis(1_500);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static ClassicLayout layout(String counter) {
    return ClassicLayout.of(counter, List.of(SHORT, LONG)).withDelays(List.of(SECOND));
  }

  private static Broker open(ClassicLayout layout) throws Exception {
    return new Broker(Broker.config().classic(layout));
  }

  /** The plain program makes its queues, as such programs do on every start. */
  private static void declare(Channel channel, String queue) throws IOException {
    channel.queueDeclare(queue, true, false, false, null);
    declareWait(channel, queue, queue + "_retry_1", SHORT);
    declareWait(channel, queue, queue + "_retry_2", LONG);
    declareWait(channel, queue, queue + "_delay_1", SECOND);
  }

  private static void declareWait(Channel channel, String queue, String name, Duration wait)
      throws IOException {
    Map<String, Object> arguments =
        Map.of(
            "x-message-ttl",
            (int) wait.toMillis(),
            "x-dead-letter-exchange",
            "",
            "x-dead-letter-routing-key",
            queue);
    channel.queueDeclare(name, true, false, false, arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x-retry", "retry_nums"})
  void counted_message_of_a_plain_program_goes_on_and_comes_back_with_one_more(String counter)
      throws Exception {
    String queue = "plain-" + counter;
    try (Broker broker = open(layout(counter));
        Channel channel = broker.channel()) {
      declare(channel, queue);
      broker.provision(queue);
      channel.basicPublish("", queue, properties(Map.of(counter, 2, "of", "php")), bytes("a"));
      Subscription subscription = broker.subscribe(queue);

      InMessage third = broker.next(subscription);
      assertThat(third.attempt()).isEqualTo(3);
      Instant due = broker.now().plus(LONG);
      broker.retry(subscription, third, LONG);
      subscription.close();

      GetResponse fourth = broker.take(channel, queue);
      assertThat(broker.now()).isAfterOrEqualTo(due);
      assertThat(fourth.getBody()).isEqualTo(bytes("a"));
      assertThat(fourth.getProps().getHeaders())
          .containsEntry(counter, 3)
          .doesNotContainKey("redrive-attempt");
      assertThat(fourth.getProps().getHeaders().get("of")).hasToString("php");
      assertThat(BrokerDeath.last(fourth.getProps().getHeaders()).orElseThrow().queue())
          .isEqualTo(queue + "_retry_2");
    }
  }

  @Test
  void plain_program_retries_what_redrive_sent_and_retried() throws Exception {
    try (Broker broker = open(layout("x-retry"));
        Channel channel = broker.channel()) {
      broker.provision("both");
      // Redrive was first, and the plain program declares what it knows.
      declare(channel, "both");
      broker.send("both", "m", Duration.ZERO);
      GetResponse first = broker.take(channel, "both");
      assertThat(first.getProps().getHeaders()).doesNotContainKeys("x-retry", "redrive-attempt");

      // It keeps the headers, as some do, and counts in its own type.
      Map<String, Object> headers = new java.util.LinkedHashMap<>(first.getProps().getHeaders());
      headers.put("x-retry", 1L);
      channel.basicPublish(
          "", "both_retry_1", first.getProps().builder().headers(headers).build(), first.getBody());
      Subscription subscription = broker.subscribe("both");
      InMessage second = broker.next(subscription);
      assertThat(second.id()).isEqualTo("m");
      assertThat(second.attempt()).isEqualTo(2);
      broker.retry(subscription, second, Duration.ofMillis(1));

      InMessage third = broker.next(subscription);
      assertThat(third.attempt()).isEqualTo(3);
      assertThat(((RabbitLease) third.lease()).content().headers())
          .containsEntry("redrive-count", 2L);
      broker.settle(subscription, new Settlement.Ack(third.lease()));
    }
  }

  @Test
  void delay_is_rounded_up_to_a_queue_and_a_longer_one_goes_round_again() throws Exception {
    try (Broker broker = open(layout("x-retry"));
        Channel channel = broker.channel()) {
      broker.provision("delays");
      Instant sent = broker.now();
      broker.send("delays", "m", Duration.ofMillis(10));
      GetResponse delayed = broker.take(channel, "delays");
      assertThat(broker.now()).isAfterOrEqualTo(sent.plus(SECOND));
      assertThat(BrokerDeath.last(delayed.getProps().getHeaders()).orElseThrow().queue())
          .isEqualTo("delays_delay_1");

      Subscription subscription = broker.subscribe("delays");
      Instant due = broker.now().plus(Duration.ofSeconds(5));
      broker.send("delays", "far", Duration.ofSeconds(5));
      InMessage far = broker.next(subscription);
      assertThat(broker.now()).isAfterOrEqualTo(due);
      assertThat(far.attempt()).isEqualTo(1);
      assertThat(((RabbitLease) far.lease()).content().properties().getHeaders())
          .doesNotContainKey("x-retry");
    }
  }

  @ParameterizedTest
  @EnumSource
  void send_reaches_the_queue_by_an_exchange_and_a_retry_reaches_it_alone(ExchangeType type)
      throws Exception {
    String queue = "by-" + type.wireName();
    String exchange = "shop-" + type.wireName();
    Route route = new Route(exchange, type, "shop.$queue.created", Map.of("kind", "order"));
    try (Broker broker = open(layout("x-retry").withRoute(route));
        Channel channel = broker.channel()) {
      broker.provision(queue);
      // What the plain program knows of it, and a queue that gets the same.
      channel.exchangeDeclare(exchange, type.wireName(), true);
      String neighbour = channel.queueDeclare().getQueue();
      channel.queueBind(neighbour, exchange, "shop." + queue + ".created", Map.of("kind", "order"));

      broker.send(queue, "now", Duration.ZERO);
      broker.send(queue, "later", Duration.ofMillis(10));
      Subscription subscription = broker.subscribe(queue);
      InMessage message = broker.next(subscription);
      assertThat(message.id()).isEqualTo("now");
      assertThat(message.headers()).containsEntry("of", "now");
      broker.retry(subscription, message, SHORT);
      assertThat(broker.next(subscription).attempt()).isEqualTo(2);
      assertThat(broker.next(subscription).id()).isEqualTo("later");

      assertThat(broker.take(channel, neighbour).getProps().getMessageId()).isEqualTo("now");
      assertThat(broker.take(channel, neighbour).getProps().getMessageId()).isEqualTo("later");
      assertThat(channel.messageCount(neighbour)).isZero();
    }
  }

  @Test
  void dead_letter_is_replayed_as_one_that_nobody_has_counted() throws Exception {
    try (Broker broker = open(layout("x-retry"));
        Channel channel = broker.channel()) {
      broker.provision("dying");
      AMQP.BasicProperties properties =
          properties(Map.of("x-retry", 4)).builder().messageId("m").build();
      channel.basicPublish("", "dying", properties, bytes("a"));
      Subscription subscription = broker.subscribe("dying");
      InMessage fifth = broker.next(subscription);
      assertThat(fifth.attempt()).isEqualTo(5);
      broker.settle(
          subscription,
          new Settlement.Dead(fifth.lease(), Reason.REJECTED, "no", "kind", 5, Map.of()));
      subscription.close();
      assertThat(broker.letter("dying").attempts()).isEqualTo(5);

      assertThat(broker.replay("dying")).isEqualTo(1);
      GetResponse plain = broker.take(channel, "dying");
      assertThat(plain.getProps().getHeaders()).doesNotContainKeys("x-retry", "redrive-count");
      channel.basicPublish("", "dying", plain.getProps(), plain.getBody());
      Subscription again = broker.subscribe("dying");
      InMessage replayed = broker.next(again);
      assertThat(replayed.attempt()).isEqualTo(1);
      broker.retry(again, replayed, SHORT);
      assertThat(broker.next(again).attempt()).isEqualTo(2);
    }
  }

  @Test
  void count_that_is_no_number_is_none() throws Exception {
    try (Broker broker = open(layout("x-retry"));
        Channel channel = broker.channel()) {
      broker.provision("odd");
      channel.basicPublish("", "odd", properties(Map.of("x-retry", List.of(1))), bytes("a"));
      channel.basicPublish("", "odd", properties(Map.of("x-retry", -7)), bytes("b"));
      channel.basicPublish("", "odd", properties(Map.of("x-retry", "2")), bytes("c"));
      Subscription subscription = broker.subscribe("odd");
      assertThat(broker.next(subscription).attempt()).isEqualTo(1);
      assertThat(broker.next(subscription).attempt()).isEqualTo(1);
      InMessage third = broker.next(subscription);
      assertThat(third.attempt()).isEqualTo(3);
      broker.retry(subscription, third, Duration.ZERO);
      InMessage fourth = broker.next(subscription);
      assertThat(fourth.attempt()).isEqualTo(4);
      assertThat(fourth.headers()).doesNotContainKey("x-retry");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
