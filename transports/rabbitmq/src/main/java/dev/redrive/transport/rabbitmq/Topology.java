// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what a queue needs on the broker. All of it may be done again, by several processes at
 * once. Its methods block.
 */
final class Topology {
  private static final Logger log = LoggerFactory.getLogger(Topology.class);

  /**
   * So many hand-overs that it is never reached. Without a limit the broker puts a message that is
   * given back to the end of its queue; with 4.0's own limit of 20 it would drop it.
   */
  private static final int DELIVERIES_MAX = Integer.MAX_VALUE;

  /**
   * The broker writes down half a second after the last queue was made which log is whose. Killed
   * before that, it comes back with the queue and without its log: everything in it is lost.
   */
  private static final Duration REGISTERED = Duration.ofSeconds(1);

  private final Names names;
  private final Layout layout;
  private final boolean isTransientAllowed;
  private final Environment environment;
  // Queues that were there already, and were looked at.
  private final Set<String> adopted = ConcurrentHashMap.newKeySet();

  Topology(Names names, Layout layout, boolean isTransientAllowed, Environment environment) {
    this.names = names;
    this.layout = layout;
    this.isTransientAllowed = isTransientAllowed;
    this.environment = environment;
  }

  /** A quorum queue that dead-letters to another one, at least once. */
  static Map<String, Object> deadLettering(String to) {
    Map<String, Object> arguments = new TreeMap<>(deadLetteringTo(""));
    arguments.put("x-dead-letter-routing-key", to);
    return arguments;
  }

  /** A quorum queue that dead-letters to an exchange with the keys that are there, as above. */
  static Map<String, Object> deadLetteringTo(String exchange) {
    return Map.of(
        "x-queue-type", "quorum",
        "x-delivery-limit", DELIVERIES_MAX,
        "x-dead-letter-exchange", exchange,
        "x-dead-letter-strategy", "at-least-once",
        "x-overflow", "reject-publish");
  }

  /**
   * Makes the queue unless it is there, whatever its arguments are, and its side queues.
   *
   * @throws TransportException if what is there cannot be used, saying why
   */
  void provision(Connection connection, String queue) throws IOException {
    boolean isThere = stats(connection, queue).isPresent();
    if (isThere && adopted.add(queue)) {
      adopt(connection, queue);
    }
    boolean isNew = layout.prepare(connection, queue);
    isNew |= provisionDead(connection, queue);
    if (!isThere) {
      Map<String, Object> arguments = layout.arguments(queue);
      OneCall.make(
          connection, channel -> channel.queueDeclare(queue, true, false, false, arguments));
      log.info("made the queue {}", queue);
      isNew = true;
    }
    layout.bind(connection, queue);
    if (isNew) {
      CompletableFuture<Void> registered = new CompletableFuture<>();
      environment.timers().after(REGISTERED, () -> registered.complete(null));
      registered.join();
    }
    // After that pause: what left the ladder in the moment before the queue was bound is there.
    bringBack(connection, queue);
  }

  /**
   * Brings back what left the ladder when the queue was not there or not bound. What cannot be
   * brought back stays where it is, and keeps nobody from using the queue.
   */
  void bringBack(Connection connection, String queue) throws IOException {
    try {
      layout.bringBack(connection, queue);
    } catch (IOException | TransportException failure) {
      if (!connection.isOpen()) {
        throw failure;
      }
      log.error(
          "messages of queue {} that are due wait aside and cannot be brought back",
          queue,
          failure);
    }
  }

  private void adopt(Connection connection, String queue) throws IOException {
    try {
      if (made(layout.arguments(queue)).difference(connection, queue).isPresent()) {
        Optional<QueueTraits> traits = QueueTraits.read(connection, queue);
        traits.ifPresent(known -> known.check(queue, isTransientAllowed));
        log.info("queue {} is there and is used as it is: {}", queue, traits);
        traits.map(QueueTraits::consequences).orElse(List.of()).stream()
            .forEach(what -> log.warn("queue {} {}", queue, what));
      }
    } catch (IOException | RuntimeException refused) {
      adopted.remove(queue);
      throw refused;
    }
  }

  private static QueueTraits made(Map<String, Object> arguments) {
    return new QueueTraits(true, false, arguments);
  }

  /** A replay is a rejection, which another queue than Redrive's own might answer with a loss. */
  private boolean provisionDead(Connection connection, String queue) throws IOException {
    String dead = names.dead(queue);
    boolean isThere = stats(connection, dead).isPresent();
    if (!isThere || !adopted.contains(dead)) {
      Optional<String> difference = made(deadLettering(queue)).difference(connection, dead);
      if (difference.isPresent()) {
        throw new TransportException(
            "the queue "
                + dead
                + " is there and is not as Redrive makes it, so that replayed dead letters may be"
                + " lost; empty and delete it, or choose another prefix: "
                + difference.get());
      }
      adopted.add(dead);
    }
    return !isThere;
  }

  /** How many messages a queue holds that nobody has; empty if there is no such queue. */
  Optional<AMQP.Queue.DeclareOk> stats(Connection connection, String queue) throws IOException {
    return OneCall.find(connection, channel -> channel.queueDeclarePassive(queue));
  }
}
