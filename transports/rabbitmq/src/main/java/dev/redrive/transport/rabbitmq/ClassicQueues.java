// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.redrive.spi.Environment;
import dev.redrive.transport.rabbitmq.ClassicLayout.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link ClassicLayout} on the broker. Its queues are declared as plain programs declare them,
 * so that whoever comes second finds what it would have made; what is there is used as it is.
 *
 * <p>A delay is rounded up to the shortest wait that is long enough. One longer than all gets the
 * longest, and whoever of Redrive gets the message then sends it round again.
 */
final class ClassicQueues implements Layout {
  private static final Logger log = LoggerFactory.getLogger(ClassicQueues.class);

  private final ClassicLayout layout;
  private final Names names;
  private final Environment environment;
  private volatile boolean hasStreams;

  ClassicQueues(ClassicLayout layout, Names names, Environment environment) {
    this.layout = layout;
    this.names = names;
    this.environment = environment;
  }

  static String retryQueue(String queue, int number) {
    return queue + "_retry_" + number;
  }

  static String delayQueue(String queue, Duration wait) {
    return queue + "_delay_" + wait.toSeconds();
  }

  @Override
  public boolean prepare(Connection connection, String queue) throws IOException {
    if (!hasStreams) {
      Turn turn = Turn.await(connection, names.building(), environment);
      try {
        Streams.check(connection, names);
      } finally {
        turn.close();
      }
      hasStreams = true;
    }
    int number = 0;
    for (Duration wait : layout.retries()) {
      number++;
      // Straight back, not by the exchange: no other queue has failed.
      waiting(connection, retryQueue(queue, number), wait, new Parcel.Address("", queue));
    }
    for (Duration wait : layout.delays()) {
      waiting(connection, delayQueue(queue, wait), wait, entry(queue));
    }
    if (layout.route().isPresent()) {
      exchange(connection, layout.route().get());
    }
    return false;
  }

  private static void waiting(
      Connection connection, String name, Duration wait, Parcel.Address then) throws IOException {
    if (OneCall.find(connection, channel -> channel.queueDeclarePassive(name)).isPresent()) {
      return;
    }
    Map<String, Object> arguments =
        Map.of(
            "x-message-ttl", wait.toMillis(),
            "x-dead-letter-exchange", then.exchange(),
            "x-dead-letter-routing-key", then.routingKey());
    OneCall.make(connection, channel -> channel.queueDeclare(name, true, false, false, arguments));
    log.info("made the queue {}, in which messages wait for {} ms", name, wait.toMillis());
  }

  private static void exchange(Connection connection, Route route) throws IOException {
    String name = route.exchange();
    if (OneCall.find(connection, channel -> channel.exchangeDeclarePassive(name)).isEmpty()) {
      OneCall.make(
          connection, channel -> channel.exchangeDeclare(name, route.type().wireName(), true));
      log.info("made the {} exchange {}", route.type().wireName(), name);
    }
  }

  @Override
  public Map<String, Object> arguments(String queue) {
    return Map.of();
  }

  @Override
  public void bind(Connection connection, String queue) throws IOException {
    if (layout.route().isPresent()) {
      OneCall.make(connection, channel -> bind(channel, queue, layout.route().get()));
    }
  }

  @Override
  public void bringBack(Connection connection, String queue) {
    // The broker has dropped it; nobody else knows of it.
  }

  private static AMQP.Queue.BindOk bind(Channel channel, String queue, Route route)
      throws IOException {
    Map<String, Object> arguments = new LinkedHashMap<>(route.match());
    if (!arguments.isEmpty()) {
      arguments.put("x-match", "all");
    }
    return channel.queueBind(queue, route.exchange(), key(queue, route), arguments);
  }

  private static String key(String queue, Route route) {
    return route.routingKey().replace(ClassicLayout.QUEUE, queue);
  }

  private Parcel.Address entry(String queue) {
    return layout
        .route()
        .map(route -> new Parcel.Address(route.exchange(), key(queue, route)))
        .orElseGet(() -> new Parcel.Address("", queue));
  }

  @Override
  public Parcel.Address sent(String queue, Duration delay) {
    if (!isPositive(delay)) {
      return entry(queue);
    }
    return layout.delays().isEmpty()
        ? moved(queue, 0, delay)
        : new Parcel.Address("", delayQueue(queue, wait(layout.delays(), delay)));
  }

  @Override
  public AMQP.BasicProperties sent(AMQP.BasicProperties properties) {
    Map<String, String> match = layout.route().map(Route::match).orElse(Map.of());
    if (match.isEmpty()) {
      return properties;
    }
    Map<String, Object> headers = new LinkedHashMap<>(properties.getHeaders());
    headers.putAll(match);
    return properties.builder().headers(headers).build();
  }

  @Override
  public Parcel.Address moved(String queue, int attempts, Duration delay) {
    if (!isPositive(delay)) {
      return new Parcel.Address("", queue);
    }
    List<Duration> retries = layout.retries();
    Duration wait = wait(retries, delay);
    boolean isOwn =
        attempts >= 1 && attempts <= retries.size() && retries.get(attempts - 1).equals(wait);
    int number = isOwn ? attempts : retries.indexOf(wait) + 1;
    return new Parcel.Address("", retryQueue(queue, number));
  }

  // Not even by a moment is it early: other programs do not look at the due time.
  private static boolean isPositive(Duration delay) {
    return !delay.isNegative() && !delay.isZero();
  }

  private static Duration wait(List<Duration> waits, Duration delay) {
    return waits.stream()
        .filter(wait -> wait.compareTo(delay) >= 0)
        .min(Duration::compareTo)
        .orElseGet(() -> Collections.max(waits));
  }

  @Override
  public Counter counter() {
    return new Counter(layout.counter());
  }

  @Override
  public Duration longest() {
    List<Duration> delays = layout.delays().isEmpty() ? layout.retries() : layout.delays();
    Duration retry = Collections.max(layout.retries());
    Duration delay = Collections.max(delays);
    return retry.compareTo(delay) < 0 ? retry : delay;
  }

  @Override
  public Duration granularity() {
    return Collections.min(layout.retries());
  }
}
