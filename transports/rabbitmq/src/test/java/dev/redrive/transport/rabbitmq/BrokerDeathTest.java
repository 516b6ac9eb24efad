// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static dev.redrive.transport.rabbitmq.Broker.properties;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import dev.redrive.DeadLetter;
import dev.redrive.MessageState;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A user's own queue, whose own dead-letter exchange leads to Redrive's dead letters. */
class BrokerDeathTest {
  private static final String EXCHANGE = "their.dlx";

  private Broker broker;
  private Channel channel;

  @BeforeEach
  void open() throws Exception {
    broker = new Broker(Broker.config());
    channel = broker.channel();
    channel.exchangeDeclare(EXCHANGE, BuiltinExchangeType.TOPIC, true);
  }

  @AfterEach
  void close() throws Exception {
    broker.close();
  }

  /** The user's queue, and the one thing that is to be done: a binding. */
  private void declare(String queue, Map<String, Object> arguments) throws IOException {
    Map<String, Object> all = new HashMap<>(arguments);
    all.put("x-dead-letter-exchange", EXCHANGE);
    all.put("x-dead-letter-routing-key", "died." + queue);
    channel.queueDeclare(queue, true, false, false, all);
    broker.provision(queue);
    channel.queueBind("contract." + queue + ".dead", EXCHANGE, "died." + queue);
  }

  private void publish(String queue, String id) throws IOException {
    AMQP.BasicProperties properties =
        properties(Map.of("of", id)).builder().messageId(id).deliveryMode(2).priority(2).build();
    channel.basicPublish("", queue, properties, id.getBytes(UTF_8));
  }

  private void assertDiedAndReplay(String queue, String id, Reason reason, String word) {
    DeadLetter letter = broker.letter(queue);
    assertThat(letter.id()).isEqualTo(id);
    assertThat(letter.reason()).isEqualTo(reason);
    assertThat(letter.failure()).contains(word);
    assertThat(letter.headers()).containsOnly(Map.entry("of", id));
    assertThat(letter.history())
        .singleElement()
        .satisfies(
            transition -> {
              assertThat(transition.to()).isEqualTo(MessageState.DEAD);
              assertThat(transition.cause()).contains(word, queue);
              assertThat(transition.at()).isEqualTo(letter.diedAt());
            });
    assertThat(broker.replay(queue)).isEqualTo(1);
  }

  private void assertReplayed(String queue, String id) {
    InMessage message = broker.next(broker.subscribe(queue));
    assertThat(message.id()).isEqualTo(id);
    assertThat(message.attempt()).isEqualTo(1);
    assertThat(message.body()).isEqualTo(id.getBytes(UTF_8));
    assertThat(message.headers()).containsEntry("of", id).containsEntry("redrive-replays", "1");
    assertThat(((RabbitLease) message.lease()).content().properties().getPriority()).isEqualTo(2);
    assertThat(broker.letters(queue)).isEmpty();
  }

  @Test
  void message_that_waited_too_long() throws Exception {
    // Long enough that the replayed one is taken before it has waited too long as well.
    declare("died-waiting", Map.of("x-message-ttl", 3_000));
    publish("died-waiting", "m");
    assertDiedAndReplay("died-waiting", "m", Reason.EXPIRED, "expired");
    assertReplayed("died-waiting", "m");
  }

  @Test
  void message_that_had_no_place() throws Exception {
    declare("died-short", Map.of("x-max-length", 1));
    publish("died-short", "first");
    publish("died-short", "second");
    broker.letter("died-short");
    assertThat(broker.take(channel, "died-short").getProps().getMessageId()).isEqualTo("second");
    assertDiedAndReplay("died-short", "first", Reason.OVERFLOW, "maxlen");
    assertReplayed("died-short", "first");
  }

  @Test
  void message_that_another_consumer_rejected() throws Exception {
    declare("died-rejecting", Map.of());
    publish("died-rejecting", "m");
    Poll.until("the message", Broker.BOUND, () -> get("died-rejecting", false));
    assertDiedAndReplay("died-rejecting", "m", Reason.REJECTED, "rejected");
    assertReplayed("died-rejecting", "m");
  }

  @Test
  void message_that_was_handed_over_too_often() throws Exception {
    declare("died-limited", Map.of("x-queue-type", "quorum", "x-delivery-limit", 2));
    publish("died-limited", "m");
    for (int i = 0; i < 3; i++) {
      Poll.until("the message", Broker.BOUND, () -> get("died-limited", true));
    }
    assertDiedAndReplay("died-limited", "m", Reason.CRASHED, "delivery_limit");
    assertReplayed("died-limited", "m");
  }

  private boolean get(String queue, boolean isGivenBack) {
    try {
      var message = channel.basicGet(queue, false);
      if (message == null) {
        return false;
      }
      channel.basicReject(message.getEnvelope().getDeliveryTag(), isGivenBack);
      return true;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void message_that_dies_again_and_again_tells_of_each_and_counts_its_replays() throws Exception {
    declare("died-again", Map.of("x-message-ttl", 200));
    publish("died-again", "m");
    for (int i = 0; i < 3; i++) {
      broker.letter("died-again");
      assertThat(broker.replay("died-again")).isEqualTo(1);
    }
    DeadLetter letter = broker.letter("died-again");
    assertThat(letter.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(letter.history())
        .extracting(transition -> transition.to())
        .containsExactly(MessageState.READY, MessageState.DEAD);
    assertThat(letter.history().get(1).cause()).contains("expired", "4 times");

    assertThat(broker.replay("died-again")).isEqualTo(1);
    InMessage message = broker.next(broker.subscribe("died-again"));
    assertThat(message.headers()).containsEntry("redrive-replays", "4");
  }

  @Test
  void letter_of_redrive_that_is_replayed_and_then_expires_keeps_what_it_was() throws Exception {
    declare("died-both-deaths", Map.of("x-message-ttl", 400));
    publish("died-both-deaths", "m");
    var subscription = broker.subscribe("died-both-deaths");
    InMessage message = broker.next(subscription);
    broker.settle(
        subscription,
        new Settlement.Dead(
            message.lease(),
            Reason.NOT_RETRYABLE,
            "no",
            "kind",
            1,
            Map.of("redrive-history", "2026-03-01T10:00:00Z|dead|1|no")));
    subscription.close();
    broker.letter("died-both-deaths");
    assertThat(broker.replay("died-both-deaths")).isEqualTo(1);

    Poll.until(
        "its second death",
        Broker.BOUND,
        () ->
            broker.letters("died-both-deaths").stream()
                .anyMatch(it -> it.reason() == Reason.EXPIRED));
    DeadLetter letter = broker.letter("died-both-deaths");
    List<String> causes = letter.history().stream().map(it -> it.cause()).toList();
    assertThat(causes.get(0)).isEqualTo("no");
    assertThat(causes.get(causes.size() - 1)).contains("expired");
  }
}
