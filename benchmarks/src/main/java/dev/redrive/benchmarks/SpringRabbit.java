// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.concurrent.CompletableFuture;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;

/**
 * Spring AMQP: a template with correlated confirms and returns, on a connection of its own, and the
 * container that calls listeners on the client's threads.
 */
final class SpringRabbit implements AutoCloseable {
  private final CachingConnectionFactory connections;
  private final RabbitTemplate template;

  /**
   * @param channels how many threads may send at once without a channel being made
   */
  SpringRabbit(int port, int channels) {
    connections = new CachingConnectionFactory("127.0.0.1", port);
    connections.setUsername("guest");
    connections.setPassword("guest");
    connections.setPublisherConfirmType(ConfirmType.CORRELATED);
    connections.setPublisherReturns(true);
    connections.setChannelCacheSize(channels);
    template = new RabbitTemplate(connections);
    template.setMandatory(true);
    template.setUsePublisherConnection(true);
  }

  /** Publishes a durable message to a queue; completes with the broker's confirm. */
  CompletableFuture<Void> send(String queue, byte[] body) {
    CorrelationData correlation = new CorrelationData();
    // Messages of Spring are durable unless told otherwise.
    template.send("", queue, new Message(body, new MessageProperties()), correlation);
    return correlation
        .getFuture()
        .thenAccept(
            confirm -> {
              if (!confirm.ack() || correlation.getReturned() != null) {
                throw new IllegalStateException("the broker refused it: " + confirm.reason());
              }
            });
  }

  /** Consumes so many messages; how many a second. */
  double consume(String queue, int messages, int consumers, int prefetch) throws Exception {
    Tally tally = new Tally(messages);
    DirectMessageListenerContainer container = new DirectMessageListenerContainer(connections);
    container.setQueueNames(queue);
    container.setConsumersPerQueue(consumers);
    container.setPrefetchCount(prefetch / consumers);
    container.setMessageListener(
        message -> {
          tally.handled();
          tally.acknowledged();
        });
    container.afterPropertiesSet();
    container.start();
    try {
      return tally.rate();
    } finally {
      container.stop();
      container.destroy();
    }
  }

  @Override
  public void close() {
    connections.destroy();
  }
}
