// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capabilities;
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
import java.util.EnumSet;
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
import org.apache.kafka.clients.producer.Producer;

/**
 * Keeps queues on Kafka: a queue is a topic, taken by a consumer group whose messages are settled
 * in any order; retries, delays and dead letters are copies made in transactions. {@code
 * docs/transports/kafka.md} says what is promised and what lies where.
 *
 * <p>Thread-safe. The clients make lost connections anew by themselves, for ever unless the
 * configuration says otherwise; then the state is FENCED and everything fails.
 */
public final class KafkaTransport implements Transport {
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final Admin admin;
  private final Cluster cluster;
  private final Shared shared;
  private final Topics topics;
  private final TransportStates states;
  private final Producer<byte[], byte[]> producer;
  private final Pulse pulse;
  private final Map<String, KafkaQueue> queues = new ConcurrentHashMap<>();
  private volatile Optional<TransportException> end = Optional.empty();
  // Guarded by this.
  private Optional<Mover> mover = Optional.empty();

  private KafkaTransport(
      KafkaTransportConfig config, Admin admin, Cluster cluster, Environment environment) {
    this.admin = admin;
    this.cluster = cluster;
    Names names = new Names(config.prefix(), config.group());
    Clients clients = new Clients(config, cluster.hasGroupProtocol());
    long process = environment.random().nextLong();
    String processName = config.instance().orElseGet(() -> HexFormat.of().toHexDigits(process));
    Route route = new Route(names);
    producer = clients.producer();
    shared =
        new Shared(
            environment,
            names,
            route,
            clients,
            producer,
            process,
            processName,
            cluster.offsetMetadataBytesMax(),
            new Backlog(admin),
            new DeadTopics(names, clients, admin, environment));
    topics = new Topics(admin, config, names, cluster, environment);
    states = new TransportStates(environment.executor());
    pulse = new Pulse(admin, config, environment, states, this::gaveUp);
    pulse.start();
  }

  /**
   * Opens a transport. Blocks until the cluster answers.
   *
   * @throws TransportException if it refuses, or the limit of the configuration is reached
   */
  public static KafkaTransport open(KafkaTransportConfig config, Environment environment) {
    Admin admin = Clients.admin(config);
    try {
      Cluster cluster = Probe.await(admin, config, environment);
      return new KafkaTransport(config, admin, cluster, environment);
    } catch (RuntimeException failure) {
      admin.close(CLOSE_MAX);
      throw failure;
    }
  }

  private void gaveUp(TransportException why) {
    end = Optional.of(why);
    states.change(TransportState.FENCED);
    // Nothing goes on behind the back of who was told so.
    shared.environment().threads().newThread(this::close).start();
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
        EnumSet.of(
            Capability.FENCED_LEASE,
            Capability.RENEW,
            Capability.ORDERED,
            Capability.PIPELINED_BATCHES);
    if (shared.clients().config().attemptMarks()) {
      features.add(Capability.ATTEMPT_MARK);
    }
    return new Capabilities(
        cluster.durability(shared.clients().config()),
        Move.ATOMIC,
        Move.ATOMIC,
        Ladder.EARLIEST,
        Ladder.LONGEST,
        Duration.ofSeconds(1),
        features);
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec spec) {
    if (spec.maxWaiting().isPresent()) {
      return unsupported(
          "Kafka cannot bound what waits; leave out the limit of queue " + spec.name());
    }
    if (end.isPresent()) {
      return CompletableFuture.failedStage(end.get());
    }
    if (spec.goesOn()) {
      return unsupported(
          "on Kafka those behind a dead message wait for it; queue "
              + spec.name()
              + " cannot let them go on");
    }
    KafkaTransportConfig config = shared.clients().config();
    if (config.group().isPresent()
        && config.instance().isPresent()
        && queues.keySet().stream().anyMatch(other -> !other.equals(spec.name()))) {
      return unsupported(
          "with both group and instance there can be one queue, as two members of a group cannot"
              + " have one name; leave one of them out, or open a transport for each queue");
    }
    return topics
        .provision(spec.name(), spec.isOrdered())
        .thenAccept(
            made ->
                makeQueue(
                    spec.name(), Optional.of(config.orderBy()).filter(by -> spec.isOrdered())));
  }

  /** The first queue brings the mover of delayed messages, whose topics are there now, too. */
  private synchronized void makeQueue(String queue, Optional<OrderBy> order) {
    if (end.isPresent()) {
      throw end.get();
    }
    queues.computeIfAbsent(queue, name -> new KafkaQueue(name, order, shared)).order(order);
    if (mover.isEmpty()) {
      mover =
          Optional.of(
              Mover.start(
                  shared.clients(),
                  admin,
                  topics,
                  shared.names(),
                  shared.processName(),
                  shared.environment()));
    }
  }

  private static <T> CompletionStage<T> unsupported(String why) {
    return CompletableFuture.failedStage(new UnsupportedCapabilityException(why));
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String name, List<OutMessage> batch) {
    KafkaQueue queue;
    try {
      queue = queue(name);
      if (states.present() == TransportState.DOWN) {
        throw new TransportException("Kafka does not answer just now; try again later");
      }
    } catch (TransportException refused) {
      return CompletableFuture.failedStage(refused);
    }
    return queue.send(batch);
  }

  @Override
  public Subscription subscribe(String name, SubscribeOptions options, Sink sink) {
    return queue(name).subscribe(options, sink);
  }

  @Override
  public DeadLetters deadLetters(String name) {
    return queue(name).deadLetters();
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
    try {
      return queue(name).stats();
    } catch (TransportException refused) {
      return CompletableFuture.failedStage(refused);
    }
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
    // At once, as each may have to wait for a cluster that does not answer.
    List<Thread> ending =
        queues.values().stream()
            .map(queue -> shared.environment().threads().newThread(queue::end))
            .toList();
    ending.forEach(Thread::start);
    synchronized (this) {
      mover.ifPresent(Mover::close);
    }
    ending.forEach(KafkaTransport::await);
    producer.close(CLOSE_MAX);
    admin.close(CLOSE_MAX);
  }

  private static void await(Thread ending) {
    try {
      ending.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
