// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redrive's own layout: quorum queues, and one {@link Ladder} for all of a virtual host.
 *
 * <p>Everything is dead-lettered at least once: a message leaves a queue when the next has it. That
 * needs {@code reject-publish}; with another overflow behaviour the broker falls back to at most
 * once without a word.
 */
final class LadderLayout implements Layout {
  private static final Logger log = LoggerFactory.getLogger(LadderLayout.class);

  private final Names names;
  private final Environment environment;
  private final LostMessages lost;

  LadderLayout(Names names, Environment environment) {
    this.names = names;
    this.environment = environment;
    this.lost = new LostMessages(names, environment);
  }

  @Override
  public boolean prepare(Connection connection, String queue) throws IOException {
    if (isWhole(connection)) {
      return false;
    }
    // Many processes that start at once would otherwise all make it, each slower than one alone.
    Turn turn = Turn.await(connection, names.building(), environment);
    try {
      if (!isWhole(connection)) {
        build(connection);
      }
    } finally {
      turn.close();
    }
    return true;
  }

  private boolean isWhole(Connection connection) throws IOException {
    String whole = names.ladderIsWhole();
    return OneCall.find(connection, channel -> channel.exchangeDeclarePassive(whole)).isPresent();
  }

  private void build(Connection connection) throws IOException {
    Streams.check(connection, names);
    OneCall.make(
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

  private void declareDue(Channel channel) throws IOException {
    lost.declare(channel);
    channel.exchangeDeclare(
        names.due(),
        BuiltinExchangeType.TOPIC,
        true,
        false,
        Map.of("alternate-exchange", names.lost()));
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

  @Override
  public Map<String, Object> arguments(String queue) {
    return Topology.deadLettering(names.dead(queue));
  }

  @Override
  public void bind(Connection connection, String queue) throws IOException {
    OneCall.make(connection, channel -> channel.queueBind(queue, names.due(), Ladder.exit(queue)));
  }

  @Override
  public void bringBack(Connection connection, String queue) throws IOException {
    lost.bringBack(connection, queue);
  }

  @Override
  public Parcel.Address sent(String queue, Duration delay) {
    // What is due within a tick is kept by whoever gets it.
    if (delay.compareTo(Ladder.TICK) < 0) {
      return new Parcel.Address("", queue);
    }
    long ticks = Ladder.ticks(delay);
    return new Parcel.Address(names.level(Ladder.entry(ticks)), Ladder.key(ticks, queue));
  }

  @Override
  public AMQP.BasicProperties sent(AMQP.BasicProperties properties) {
    return properties;
  }

  @Override
  public Parcel.Address moved(String queue, int attempts, Duration delay) {
    return sent(queue, delay);
  }

  @Override
  public Counter counter() {
    return Counter.OWN;
  }

  @Override
  public Duration longest() {
    return Ladder.LONGEST;
  }

  @Override
  public Duration granularity() {
    return Ladder.TICK;
  }
}
