// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.redrive.Settled;
import dev.redrive.TransportState;
import dev.redrive.spi.Environment;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;

/** A transport to a real broker, and a bare client that does what it should not. */
final class RabbitScene implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(30);

  private final RealTime time = new RealTime(7);
  private final RabbitTransport transport;
  private final Connection other;
  private final Channel channel;
  private final List<TransportState> states = new CopyOnWriteArrayList<>();

  /** A consumer, and what it was handed and nobody has looked at. */
  record Worker(Subscription subscription, BlockingQueue<InMessage> inbox) {
    InMessage next() {
      subscription.request(1);
      return arrived();
    }

    InMessage arrived() {
      Poll.until("a message", BOUND, () -> !inbox.isEmpty());
      return inbox.remove();
    }

    Settled settle(Settlement settlement) {
      return await(subscription.settle(List.of(settlement))).get(0);
    }

    Settled ack(InMessage message) {
      return settle(new Settlement.Ack(message.lease()));
    }
  }

  RabbitScene(RabbitServer server) throws IOException, TimeoutException {
    this(server, config(server).build());
  }

  RabbitScene(RabbitServer server, RabbitTransportConfig config)
      throws IOException, TimeoutException {
    transport = RabbitTransport.open(config, time.environment());
    transport.onState(states::add);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(server.port());
    other = factory.newConnection();
    channel = other.createChannel();
  }

  static RabbitTransportConfig.Builder config(RabbitServer server) {
    return RabbitTransportConfig.builder()
        .hosts(List.of("127.0.0.1:" + server.port()))
        .prefix("contract");
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  RabbitTransport transport() {
    return transport;
  }

  /** A further process that does the same. */
  RabbitTransport another(RabbitTransportConfig config) {
    return RabbitTransport.open(config, time.environment());
  }

  /** The bare client's. */
  Channel channel() {
    return channel;
  }

  Connection connection() {
    return other;
  }

  /** What the transport has said of itself, first what it was when it was asked. */
  List<TransportState> states() {
    return states;
  }

  void provision(String queue) {
    provision(transport, queue);
  }

  static void provision(RabbitTransport transport, String queue) {
    await(transport.provision(new QueueSpec(queue, false, OptionalLong.empty(), Duration.ZERO)));
  }

  Worker worker(String queue) {
    return worker(transport, queue);
  }

  static Worker worker(RabbitTransport transport, String queue) {
    BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
    Subscription subscription =
        transport.subscribe(
            queue, new SubscribeOptions(Duration.ofMinutes(5)), batch -> inbox.addAll(batch));
    return new Worker(subscription, inbox);
  }

  void send(String queue, String... ids) {
    for (String id : ids) {
      assertThat(await(transport.publish(queue, List.of(message(id)))).get(0))
          .isInstanceOf(PublishResult.Accepted.class);
    }
  }

  /** Whether a message is accepted, or answered with what is wrong. */
  boolean isAccepted(String queue, String id) {
    try {
      return await(transport.publish(queue, List.of(message(id)))).get(0)
          instanceof PublishResult.Accepted;
    } catch (CompletionException failure) {
      return false;
    }
  }

  OutMessage message(String id) {
    return message(id, now());
  }

  static OutMessage message(String id, Instant dueAt) {
    return new OutMessage(id, false, "", dueAt, Map.of(), id.getBytes(UTF_8));
  }

  Environment environment() {
    return time.environment();
  }

  Instant now() {
    return time.environment().clock().instant();
  }

  @Override
  public void close() throws IOException {
    transport.close();
    other.close();
    time.close();
  }
}
