// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capabilities.Durability;
import dev.redrive.spi.Capabilities.Move;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportStates;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/**
 * Keeps queues on Kafka: a queue is a topic, taken by a consumer group whose messages are settled
 * in any order; retries, delays and dead letters are copies made in transactions. {@code
 * docs/transports/kafka.md} says what is promised and what lies where.
 *
 * <p>Thread-safe. The clients make lost connections anew by themselves, for ever unless the
 * configuration says otherwise; then the state is FENCED and everything fails.
 */
public final class KafkaTransport implements Transport {
  private static final int METADATA_MAX = 4_096;

  private final Admin admin;
  private final Shared shared;
  private final Topics topics;
  private final TransportStates states;
  private final Sender sender;
  private final Pulse pulse;
  private final Map<String, KafkaQueue> queues = new ConcurrentHashMap<>();
  private volatile Optional<TransportException> end = Optional.empty();

  private KafkaTransport(KafkaTransportConfig config, Environment environment) {
    admin = Clients.admin(config);
    Names names = new Names(config.prefix(), config.group());
    Clients clients = new Clients(config, true);
    long process = environment.random().nextLong();
    String processName = config.instance().orElseGet(() -> HexFormat.of().toHexDigits(process));
    shared = new Shared(environment, names, clients, process, processName, METADATA_MAX);
    topics = new Topics(admin, names, config);
    states = new TransportStates(environment.executor());
    sender = new Sender(clients.producer(), names, environment.clock(), environment.threads());
    int patience = Math.toIntExact(Math.min(60_000, config.requestTime().toMillis() / 2));
    pulse =
        new Pulse(
            () ->
                admin
                    .describeCluster(new DescribeClusterOptions().timeoutMs(patience))
                    .clusterId()
                    .toCompletionStage(),
            environment,
            states,
            Duration.ofMillis(patience / 5),
            config.downMax(),
            this::gaveUp);
    pulse.start();
  }

  /**
   * Opens a transport. Blocks until the cluster answers.
   *
   * @throws TransportException if it refuses, or the limit of the configuration is reached
   */
  public static KafkaTransport open(KafkaTransportConfig config, Environment environment) {
    return new KafkaTransport(config, environment);
  }

  private void gaveUp(TransportException why) {
    end = Optional.of(why);
    states.change(TransportState.FENCED);
  }

  private KafkaQueue queue(String name) {
    end.ifPresent(
        why -> {
          throw new TransportException(String.valueOf(why.getMessage()), why);
        });
    KafkaQueue queue = queues.get(name);
    if (queue == null) {
      throw new TransportException("queue " + name + " is not known; provision it first");
    }
    return queue;
  }

  @Override
  public Capabilities capabilities() {
    Set<Capability> features =
        shared.clients().config().attemptMarks()
            ? Set.of(Capability.FENCED_LEASE, Capability.RENEW, Capability.ATTEMPT_MARK)
            : Set.of(Capability.FENCED_LEASE, Capability.RENEW);
    return new Capabilities(
        Durability.PROCESS_CRASH,
        Move.ATOMIC,
        Move.ATOMIC,
        Ladder.SHORTEST,
        Ladder.LONGEST,
        Duration.ofSeconds(1),
        features);
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec spec) {
    if (spec.isOrdered()) {
      return unsupported("Kafka keeps no order per key yet; queue " + spec.name() + " cannot be");
    }
    if (spec.maxWaiting().isPresent()) {
      return unsupported(
          "Kafka cannot bound what waits; leave out the limit of queue " + spec.name());
    }
    if (end.isPresent()) {
      return CompletableFuture.failedStage(end.get());
    }
    return topics
        .provision(spec.name())
        .thenAccept(
            done -> queues.computeIfAbsent(spec.name(), name -> new KafkaQueue(name, shared)));
  }

  private static <T> CompletionStage<T> unsupported(String why) {
    return CompletableFuture.failedStage(new UnsupportedCapabilityException(why));
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String name, List<OutMessage> batch) {
    try {
      queue(name);
      if (states.present() == TransportState.DOWN) {
        throw new TransportException("Kafka does not answer just now; try again later");
      }
    } catch (TransportException refused) {
      return CompletableFuture.failedStage(refused);
    }
    return sender.send(name, batch);
  }

  @Override
  public Subscription subscribe(String name, SubscribeOptions options, Sink sink) {
    return queue(name).subscribe(options, sink);
  }

  @Override
  public DeadLetters deadLetters(String name) {
    throw new UnsupportedOperationException(queue(name).name());
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return unsupported("Kafka cannot find a message by its id");
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return unsupported("Kafka cannot take a message back by its id");
  }

  @Override
  public CompletionStage<QueueStats> stats(String name) {
    KafkaQueue queue;
    try {
      queue = queue(name);
    } catch (TransportException refused) {
      return CompletableFuture.failedStage(refused);
    }
    return CompletableFuture.completedStage(
        new QueueStats(
            0,
            0,
            0,
            0,
            queue.succeededCount(),
            0,
            queue.purgedCount(),
            queue.cancelledCount(),
            Optional.empty()));
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    states.listen(listener);
  }

  @Override
  public void close() {
    if (end.isEmpty()) {
      end = Optional.of(new TransportException("the Kafka transport is closed; open a new one"));
    }
    pulse.end();
    queues.values().forEach(KafkaQueue::end);
    sender.end();
    admin.close(Duration.ofSeconds(2));
  }
}
