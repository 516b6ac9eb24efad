// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.RabbitServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the contract does not ask: other publishers, and what only this broker does. */
class RabbitTransportTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final RealTime time = new RealTime(5);
  private final BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
  private RabbitTransport transport;
  private Connection other;
  private Channel channel;

  @BeforeEach
  void open() throws Exception {
    transport = RabbitTransport.open(config().build(), time.environment());
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(RabbitServer.shared().port());
    other = factory.newConnection();
    channel = other.createChannel();
  }

  private static RabbitTransportConfig.Builder config() {
    return RabbitTransportConfig.builder()
        .hosts(List.of("127.0.0.1:" + RabbitServer.shared().port()))
        .prefix("contract");
  }

  @AfterEach
  void close() throws Exception {
    transport.close();
    other.close();
    time.close();
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private void provision(String queue) {
    await(transport.provision(new QueueSpec(queue, false, OptionalLong.empty(), Duration.ZERO)));
  }

  private Subscription subscribe(String queue) {
    return transport.subscribe(
        queue, new SubscribeOptions(Duration.ofMinutes(1)), batch -> inbox.addAll(batch));
  }

  private InMessage next(Subscription subscription) {
    subscription.request(1);
    Poll.until("a message", BOUND, () -> !inbox.isEmpty());
    return inbox.remove();
  }

  private Settled retry(Subscription subscription, InMessage message, Duration delay) {
    return await(
            subscription.settle(
                List.of(
                    new Settlement.Retry(
                        message.lease(),
                        time.environment().clock().instant().plus(delay),
                        Map.of()))))
        .get(0);
  }

  private OutMessage message(String id, Duration delay) {
    return new OutMessage(
        id,
        false,
        "",
        time.environment().clock().instant().plus(delay),
        Map.of(),
        id.getBytes(UTF_8));
  }

  @Test
  void classic_queue_of_others_is_used_as_it_is_and_its_messages_keep_what_they_are()
      throws IOException {
    channel.queueDeclare("theirs", true, false, false, Map.of("x-max-priority", 3));
    provision("theirs");
    Map<String, Object> headers = Map.of("count", 3, "x-death", "mine", "text", "ü");
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .contentType("application/json")
            .correlationId("c-1")
            .expiration("60000")
            .headers(headers)
            .build();
    channel.basicPublish("", "theirs", properties, "{}".getBytes(UTF_8));
    Subscription subscription = subscribe("theirs");

    InMessage first = next(subscription);
    assertThat(first.attempt()).isEqualTo(1);
    assertThat(first.id()).isNotBlank();
    assertThat(first.headers())
        .containsEntry("count", "3")
        .containsEntry("text", "ü")
        .containsEntry("content-type", "application/json")
        .doesNotContainKey("x-death");
    assertThat(retry(subscription, first, Duration.ofMillis(100))).isEqualTo(Settled.DONE);

    InMessage second = next(subscription);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(second.headers()).isEqualTo(first.headers());
    assertThat(second.body()).isEqualTo(first.body());
    RabbitLease lease = (RabbitLease) second.lease();
    assertThat(lease.content().properties().getCorrelationId()).isEqualTo("c-1");
    assertThat(lease.content().headers()).containsEntry("count", 3);
  }

  @Test
  void message_goes_down_the_ladder_again_and_again() {
    provision("again");
    Subscription subscription = subscribe("again");
    await(transport.publish("again", List.of(message("m", Duration.ZERO))));

    for (int attempt = 1; attempt <= 5; attempt++) {
      InMessage message = next(subscription);
      assertThat(message.attempt()).isEqualTo(attempt);
      // The same levels each time: with the broker's headers kept, the second pass would be a
      // cycle.
      assertThat(retry(subscription, message, Duration.ofMillis(120))).isEqualTo(Settled.DONE);
    }
  }

  @Test
  void what_the_broker_dead_letters_is_a_dead_letter_and_can_be_replayed() throws IOException {
    provision("expiring");
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder().messageId("old").deliveryMode(2).expiration("1").build();
    channel.basicPublish("", "expiring", properties, "stale".getBytes(UTF_8));

    DeadLetterFilter all = DeadLetterFilter.all();
    Poll.until("the death", BOUND, () -> await(transport.deadLetters("expiring").count(all)) == 1);
    DeadLetter letter =
        await(transport.deadLetters("expiring").browse(all, Optional.empty(), 10)).items().get(0);
    assertThat(letter.id()).isEqualTo("old");
    assertThat(letter.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(letter.failure()).contains("expired");
    assertThat(letter.history()).hasSize(1);

    assertThat(await(transport.deadLetters("expiring").replay(all, 10))).isEqualTo(1);
    InMessage replayed = next(subscribe("expiring"));
    assertThat(replayed.id()).isEqualTo("old");
    assertThat(replayed.attempt()).isEqualTo(1);
    assertThat(replayed.headers()).containsEntry("redrive-replays", "1");
  }

  @Test
  void deleted_queue_holds_up_no_other_and_its_delayed_messages_are_kept() throws IOException {
    provision("deleted");
    provision("kept");
    // At once, so that none is due before the queue is deleted.
    await(
        transport.publish(
            "deleted",
            IntStream.range(0, 100)
                .mapToObj(i -> message("d" + i, Duration.ofMillis(1_800)))
                .toList()));
    channel.queueDelete("deleted");
    await(transport.publish("kept", List.of(message("m", Duration.ofMillis(800)))));

    assertThat(next(subscribe("kept")).id()).isEqualTo("m");
    Poll.until("what was for the deleted queue", BOUND, () -> ready("contract.lost") >= 100);
    assertThatThrownBy(
            () -> await(transport.publish("deleted", List.of(message("m", Duration.ZERO)))))
        .hasCauseInstanceOf(TransportException.class)
        .hasMessageContaining("deleted");
  }

  @Test
  void queue_that_is_deleted_under_its_consumer_is_made_again() throws IOException {
    provision("vanishing");
    Subscription subscription = subscribe("vanishing");
    await(transport.publish("vanishing", List.of(message("before", Duration.ZERO))));
    assertThat(next(subscription).id()).isEqualTo("before");
    subscription.request(1);

    channel.queueDelete("vanishing");

    // Until it is noticed, a publish is answered with what is wrong.
    Poll.until("the queue", BOUND, () -> isAccepted("vanishing", "after"));
    Poll.until("a message", BOUND, () -> !inbox.isEmpty());
    assertThat(inbox.remove().id()).isEqualTo("after");
  }

  private boolean isAccepted(String queue, String id) {
    try {
      return await(transport.publish(queue, List.of(message(id, Duration.ZERO)))).get(0)
          instanceof PublishResult.Accepted;
    } catch (CompletionException failure) {
      assertThat(failure).hasCauseInstanceOf(TransportException.class);
      return false;
    }
  }

  private long ready(String queue) {
    try {
      return channel.messageCount(queue);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void message_whose_headers_do_not_fit_is_refused_and_the_others_are_not() {
    provision("large");
    OutMessage large =
        new OutMessage(
            "large",
            false,
            "",
            time.environment().clock().instant(),
            Map.of("big", "x".repeat(200_000)),
            new byte[0]);

    List<PublishResult> results =
        await(transport.publish("large", List.of(large, message("m", Duration.ZERO))));

    assertThat(results.get(0)).isInstanceOf(PublishResult.Refused.class);
    assertThat(results.get(1)).isInstanceOf(PublishResult.Accepted.class);
  }

  @Test
  void wrong_password_and_a_limit_of_tries_end_the_first_connect() {
    assertThatThrownBy(
            () ->
                RabbitTransport.open(
                    config().credentials("guest", "wrong").build(), time.environment()))
        .isInstanceOf(TransportException.class);
    assertThatThrownBy(
            () ->
                RabbitTransport.open(
                    config().hosts(List.of("127.0.0.1:1")).reconnectTries(3).build(),
                    time.environment()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("gave up")
        .hasMessageContaining("3 tries");
  }
}
