// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that left the ladder when their queue was not there, because somebody had deleted it, or
 * was not bound: a broker that starts hands messages on before it has read its bindings.
 *
 * <p>They must not stay on the ladder: the broker would try again for ever, and with some dozens of
 * them hand on nobody's messages any more. So they go to one queue for all, and wait there until
 * somebody asks for theirs, which every process does when it has a new connection.
 *
 * <p>To bring one back is the broker's work: rejected, it goes to where messages leave the ladder
 * with the key that it had, and is in its queue before it leaves this one. A process that dies in
 * the middle leaves the rest to the next that asks for the queue. Its methods block.
 */
final class LostMessages {
  private static final Logger log = LoggerFactory.getLogger(LostMessages.class);

  private final Names names;
  private final Environment environment;

  LostMessages(Names names, Environment environment) {
    this.names = names;
    this.environment = environment;
  }

  private QueueTraits traits() {
    return new QueueTraits(true, false, Topology.deadLetteringTo(names.due()));
  }

  /** Makes the queue, and the exchange that leads there. */
  void declare(Channel channel) throws IOException {
    String lost = names.lost();
    channel.exchangeDeclare(lost, BuiltinExchangeType.FANOUT, true);
    channel.queueDeclare(lost, true, false, false, traits().arguments());
    channel.queueBind(lost, lost, "");
  }

  private static Optional<AMQP.Queue.DeclareOk> find(Connection connection, String queue)
      throws IOException {
    return OneCall.find(connection, channel -> channel.queueDeclarePassive(queue));
  }

  /** Brings back what is meant for this queue, if that is there. */
  void bringBack(Connection connection, String queue) throws IOException {
    int waiting =
        find(connection, names.lost()).map(AMQP.Queue.DeclareOk::getMessageCount).orElse(0);
    // Without their queue they would only go round.
    if (waiting == 0 || find(connection, queue).isEmpty()) {
      return;
    }
    Optional<String> difference = traits().difference(connection, names.lost());
    if (difference.isPresent()) {
      // A queue that somebody else has made may drop what is rejected.
      throw new TransportException(
          "the queue "
              + names.lost()
              + " is not as Redrive makes it, so that nothing can be brought back from it: "
              + difference.get());
    }
    List<Long> tags = new ArrayList<>();
    try (DeadReading reading = DeadReading.await(connection, names.findingLost(), environment)) {
      reading.readAll(
          names.lost(),
          (envelope, properties, body) -> {
            if (Ladder.isFor(queue, envelope.getRoutingKey())) {
              tags.add(envelope.getDeliveryTag());
            }
          });
      reading.replay(tags);
    }
    if (!tags.isEmpty()) {
      log.warn("{} messages of queue {} had left the ladder without it", tags.size(), queue);
    }
  }
}
