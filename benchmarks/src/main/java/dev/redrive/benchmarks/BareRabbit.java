// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** RabbitMQ's own client with nothing around it: one connection to publish, one to consume. */
final class BareRabbit implements AutoCloseable {
  private static final int DURABLE = 2;

  private final Connection publishing;
  private final Connection consuming;
  private final Channel publisher;
  private final ConcurrentNavigableMap<Long, CompletableFuture<Void>> unconfirmed =
      new ConcurrentSkipListMap<>();

  BareRabbit(int port) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(port);
    publishing = factory.newConnection("bare publish");
    consuming = factory.newConnection("bare consume");
    publisher = publishing.createChannel();
    publisher.confirmSelect();
    publisher.addConfirmListener(this::confirmed, this::refused);
  }

  private Map<Long, CompletableFuture<Void>> upTo(long number, boolean multiple) {
    return multiple
        ? unconfirmed.headMap(number, true)
        : unconfirmed.subMap(number, true, number, true);
  }

  private void confirmed(long number, boolean multiple) {
    Map<Long, CompletableFuture<Void>> confirmed = upTo(number, multiple);
    confirmed.values().forEach(sent -> sent.complete(null));
    confirmed.clear();
  }

  private void refused(long number, boolean multiple) {
    Map<Long, CompletableFuture<Void>> refused = upTo(number, multiple);
    refused
        .values()
        .forEach(sent -> sent.completeExceptionally(new IOException("the broker refused it")));
    refused.clear();
  }

  /** Publishes a durable message to a queue; completes with the broker's confirm. */
  CompletableFuture<Void> send(String queue, byte[] body) throws IOException {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder().deliveryMode(DURABLE).build();
    synchronized (publisher) {
      unconfirmed.put(publisher.getNextPublishSeqNo(), sent);
      publisher.basicPublish("", queue, true, properties, body);
    }
    return sent;
  }

  /** Consumes so many messages with so many workers, acknowledging each; how many a second. */
  double consume(String queue, int messages, int workers, int prefetch) throws Exception {
    Tally tally = new Tally(messages);
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    Channel channel = consuming.createChannel();
    try {
      channel.basicQos(prefetch);
      channel.basicConsume(
          queue,
          false,
          new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(
                String consumer, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
              pool.execute(() -> handle(channel, envelope.getDeliveryTag(), tally));
            }
          });
      return tally.rate();
    } finally {
      channel.close();
      pool.shutdown();
    }
  }

  private static void handle(Channel channel, long tag, Tally tally) {
    try {
      tally.handled();
      channel.basicAck(tag, false);
      tally.acknowledged();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Empties a queue. */
  void purge(String queue) throws Exception {
    Channel channel = consuming.createChannel();
    channel.queuePurge(queue);
    channel.close();
  }

  @Override
  public void close() throws IOException {
    publishing.close();
    consuming.close();
  }
}
