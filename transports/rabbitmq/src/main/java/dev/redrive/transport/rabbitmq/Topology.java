// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what a queue needs on the broker. All of it may be done again, by several processes at
 * once. Its methods block.
 *
 * <p>The queues that it makes are quorum queues, dead-lettered at least once: a message leaves one
 * when the next has it. That needs {@code reject-publish}; with another overflow behaviour the
 * broker falls back to at most once without a word.
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
  private final Environment environment;

  Topology(Names names, Environment environment) {
    this.names = names;
    this.environment = environment;
  }

  /** A call of the broker on a channel of its own, which an error ends. */
  private interface Call<T> {
    T on(Channel channel) throws IOException;
  }

  private static <T> T call(Connection connection, Call<T> call) throws IOException {
    Channel channel = Link.channel(connection);
    try {
      T result = call.on(channel);
      channel.close();
      return result;
    } catch (TimeoutException late) {
      throw new IOException("the broker does not answer", late);
    } finally {
      channel.abort();
    }
  }

  /** Makes the queue unless it is there, whatever its arguments are, and its side queues. */
  void provision(Connection connection, String queue) throws IOException {
    boolean isNew = provisionLadder(connection);
    isNew |= declareOrAdopt(connection, names.dead(queue), queue);
    isNew |= declareOrAdopt(connection, queue, names.dead(queue));
    call(connection, channel -> channel.queueBind(queue, names.due(), Ladder.exit(queue)));
    if (isNew) {
      CompletableFuture<Void> registered = new CompletableFuture<>();
      Instant when = environment.clock().instant().plus(REGISTERED);
      environment.timers().at(when, () -> registered.complete(null));
      registered.join();
    }
  }

  /** True if it was not there and is made. */
  private boolean declareOrAdopt(Connection connection, String queue, String deadLettersTo)
      throws IOException {
    if (stats(connection, queue).isPresent()) {
      return false;
    }
    Map<String, Object> arguments =
        Map.of(
            "x-queue-type", "quorum",
            "x-delivery-limit", DELIVERIES_MAX,
            "x-dead-letter-exchange", "",
            "x-dead-letter-routing-key", deadLettersTo,
            "x-dead-letter-strategy", "at-least-once",
            "x-overflow", "reject-publish");
    call(connection, channel -> channel.queueDeclare(queue, true, false, false, arguments));
    log.info("made the queue {}", queue);
    return true;
  }

  /** How many messages a queue holds that nobody has; empty if there is no such queue. */
  Optional<AMQP.Queue.DeclareOk> stats(Connection connection, String queue) throws IOException {
    return found(connection, channel -> channel.queueDeclarePassive(queue));
  }

  private static <T> Optional<T> found(Connection connection, Call<T> call) throws IOException {
    try {
      return Optional.of(call(connection, call));
    } catch (IOException failure) {
      if (isNotFound(failure)) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  private static boolean isNotFound(IOException failure) {
    return failure.getCause() instanceof ShutdownSignalException signal
        && signal.getReason() instanceof AMQP.Channel.Close close
        && close.getReplyCode() == AMQP.NOT_FOUND;
  }

  private boolean provisionLadder(Connection connection) throws IOException {
    if (isLadderWhole(connection)) {
      return false;
    }
    // Many processes that start at once would otherwise all make it, each slower than one alone.
    Turn turn = Turn.await(connection, names.building(), environment);
    try {
      if (!isLadderWhole(connection)) {
        buildLadder(connection);
      }
    } finally {
      turn.close();
    }
    return true;
  }

  private boolean isLadderWhole(Connection connection) throws IOException {
    String whole = names.ladderIsWhole();
    return found(connection, channel -> channel.exchangeDeclarePassive(whole)).isPresent();
  }

  private void buildLadder(Connection connection) throws IOException {
    checkStreams(connection);
    call(
        connection,
        channel -> {
          declareDue(channel);
          for (int level = 0; level < Ladder.LEVELS; level++) {
            declareLevel(channel, level);
          }
          return channel.exchangeDeclare(names.ladderIsWhole(), BuiltinExchangeType.FANOUT, true);
        });
    log.info("made the delay queues {} to {}", names.level(0), names.level(Ladder.LEVELS - 1));
  }

  /**
   * A message whose queue was deleted while it waited must not stay in its level: the broker would
   * try again for ever, and with some dozens of them hand on nobody's messages any more.
   */
  private void declareDue(Channel channel) throws IOException {
    String lost = names.lost();
    channel.exchangeDeclare(lost, BuiltinExchangeType.FANOUT, true);
    channel.queueDeclare(lost, true, false, false, Map.of("x-queue-type", "quorum"));
    channel.queueBind(lost, lost, "");
    channel.exchangeDeclare(
        names.due(), BuiltinExchangeType.TOPIC, true, false, Map.of("alternate-exchange", lost));
  }

  private void declareLevel(Channel channel, int level) throws IOException {
    String name = names.level(level);
    String lower = level == 0 ? names.due() : names.level(level - 1);
    channel.exchangeDeclare(name, BuiltinExchangeType.TOPIC, true);
    channel.queueDeclare(
        name,
        true,
        false,
        false,
        Map.of(
            "x-queue-type", "quorum",
            "x-message-ttl", Ladder.hold(level).toMillis(),
            "x-dead-letter-exchange", lower,
            "x-dead-letter-strategy", "at-least-once",
            "x-overflow", "reject-publish"));
    channel.queueBind(name, name, Ladder.pattern(level, 1));
    channel.exchangeBind(lower, name, Ladder.pattern(level, 0));
  }

  /**
   * At-least-once dead-lettering is silently not done where the feature flag {@code stream_queue}
   * is off, so whether it is on has to be tried.
   */
  private void checkStreams(Connection connection) throws IOException {
    try {
      call(
          connection,
          channel -> {
            channel.queueDeclare(
                names.probe(), true, false, false, Map.of("x-queue-type", "stream"));
            return channel.queueDelete(names.probe());
          });
    } catch (IOException refused) {
      if (!connection.isOpen()) {
        throw refused;
      }
      throw new TransportException(
          "the broker has no stream queues, and without them it may lose what it dead-letters;"
              + " enable the feature flag with: rabbitmqctl enable_feature_flag stream_queue",
          refused);
    }
  }
}
