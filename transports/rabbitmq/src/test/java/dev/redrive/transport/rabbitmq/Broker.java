// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.Settled;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;

/** A real broker with two programs at it: Redrive's transport, and one that only has the client. */
final class Broker implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(20);

  private final RealTime time = new RealTime(7);
  private final BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
  private final Connection connection;
  private final RabbitTransport transport;

  Broker(RabbitTransportConfig.Builder config) throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(RabbitServer.shared().port());
    connection = factory.newConnection();
    transport = RabbitTransport.open(config.build(), time.environment());
  }

  static RabbitTransportConfig.Builder config() {
    return RabbitTransportConfig.builder()
        .hosts(List.of("127.0.0.1:" + RabbitServer.shared().port()))
        .prefix("contract");
  }

  RabbitTransport transport() {
    return transport;
  }

  /** A channel of the plain program. */
  Channel channel() throws IOException {
    return connection.createChannel();
  }

  Instant now() {
    return time.environment().clock().instant();
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  void provision(String queue) {
    await(transport.provision(new QueueSpec(queue, false, OptionalLong.empty(), Duration.ZERO)));
  }

  void send(String queue, String id, Duration delay) {
    OutMessage message =
        new OutMessage(id, false, "", now().plus(delay), Map.of("of", id), id.getBytes(UTF_8));
    assertThat(await(transport.publish(queue, List.of(message))))
        .containsExactly(PublishResult.Accepted.INSTANCE);
  }

  Subscription subscribe(String queue) {
    return transport.subscribe(
        queue, new SubscribeOptions(Duration.ofMinutes(1)), batch -> inbox.addAll(batch));
  }

  InMessage next(Subscription subscription) {
    subscription.request(1);
    Poll.until("a message", BOUND, () -> !inbox.isEmpty());
    return inbox.remove();
  }

  void settle(Subscription subscription, Settlement settlement) {
    assertThat(await(subscription.settle(List.of(settlement)))).containsExactly(Settled.DONE);
  }

  void retry(Subscription subscription, InMessage message, Duration delay) {
    settle(subscription, new Settlement.Retry(message.lease(), now().plus(delay), Map.of()));
  }

  List<DeadLetter> letters(String queue) {
    return await(transport.deadLetters(queue).browse(DeadLetterFilter.all(), Optional.empty(), 100))
        .items();
  }

  DeadLetter letter(String queue) {
    Poll.until("a dead letter", BOUND, () -> letters(queue).size() == 1);
    return letters(queue).get(0);
  }

  int replay(String queue) {
    return await(transport.deadLetters(queue).replay(DeadLetterFilter.all(), 100));
  }

  /** The plain program takes the next message, and settles it. */
  GetResponse take(Channel channel, String queue) {
    List<GetResponse> taken = new ArrayList<>();
    Poll.until(
        "a message for the plain program",
        BOUND,
        () -> {
          try {
            Optional.ofNullable(channel.basicGet(queue, true)).ifPresent(taken::add);
          } catch (IOException failure) {
            throw new UncheckedIOException(failure);
          }
          return !taken.isEmpty();
        });
    return taken.get(0);
  }

  /** A message of the plain program. */
  static AMQP.BasicProperties properties(Map<String, Object> headers) {
    return new AMQP.BasicProperties.Builder().headers(headers).build();
  }

  @Override
  public void close() throws IOException {
    transport.close();
    connection.close();
    time.close();
  }
}
