// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.SendRefusedException;
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
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Keeps queues on RabbitMQ 3.10 and later, over AMQP 0-9-1: quorum queues, confirmed publishes,
 * delays by a ladder of queues, dead letters in a queue of their own. {@code
 * docs/transports/rabbitmq.md} says what is promised and what lies where.
 *
 * <p>Thread-safe. A lost connection is made anew, for ever unless the configuration says otherwise;
 * then the state is FENCED and everything fails.
 */
public final class RabbitTransport implements Transport {
  private static final Set<Capability> FEATURES =
      Set.of(Capability.FENCED_LEASE, Capability.RENEW, Capability.PIPELINED_BATCHES);

  /** What a broker that starts put aside is there so much later at the latest. */
  private static final Duration SETTLED = Duration.ofSeconds(5);

  private final Environment environment;
  private final Layout layout;
  private final Durability durability;
  private final Topology topology;
  private final TransportStates states;
  private final PresentLink link;
  private final Publisher publisher;
  private final Loop publishing;
  private final Loop consuming;
  private final Desk desk;
  private final LinkKeeper keeper;
  private final RabbitQueue.Shared shared;
  private final Map<String, RabbitQueue> queues = new ConcurrentHashMap<>();

  private RabbitTransport(RabbitTransportConfig config, Environment environment)
      throws GeneralSecurityException {
    Names names = new Names(config.prefix());
    this.environment = environment;
    this.layout =
        config
            .classic()
            .<Layout>map(classic -> new ClassicQueues(classic, names, environment))
            .orElseGet(() -> new LadderLayout(names, environment));
    this.durability = config.allowTransient() ? Durability.PROCESS_CRASH : Durability.POWER_CUT;
    this.topology = new Topology(names, layout, config.allowTransient(), environment);
    this.states = new TransportStates(environment.executor());
    this.publishing = new Loop(environment.threads());
    this.consuming = new Loop(environment.threads());
    this.publisher = new Publisher(environment, publishing);
    this.link = new PresentLink(topology, publisher, consuming, states, queues, this::afterUp);
    this.desk = new Desk(environment, link::get);
    this.shared =
        new RabbitQueue.Shared(
            environment,
            names,
            layout,
            publisher,
            consuming,
            new Deaths(new Poison(config.handOversMax()), environment.random()),
            new Links());
    this.keeper = new LinkKeeper(config, Link.factory(config, environment), environment, link);
  }

  /**
   * Opens a transport. Blocks until there is a connection.
   *
   * @throws TransportException if it was refused, or the limits of the configuration are reached
   */
  public static RabbitTransport open(RabbitTransportConfig config, Environment environment) {
    try {
      RabbitTransport transport = new RabbitTransport(config, environment);
      try {
        transport.keeper.start();
      } catch (TransportException refused) {
        // Its loops have begun by then; nobody else could end them.
        transport.close();
        throw refused;
      }
      return transport;
    } catch (GeneralSecurityException failure) {
      throw new TransportException("TLS cannot be set up: " + failure.getMessage(), failure);
    }
  }

  private void afterUp() {
    environment.timers().after(SETTLED, () -> queues.keySet().forEach(this::bringBack));
  }

  private void bringBack(String queue) {
    desk.call(
        queue,
        open -> {
          topology.bringBack(open.consuming(), queue);
          return open;
        });
  }

  private RabbitQueue queue(String name) {
    RabbitQueue queue = queues.get(name);
    if (queue == null) {
      throw new TransportException("queue " + name + " is not known; provision it first");
    }
    return queue;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        durability,
        Move.COPY_THEN_ACK,
        Move.COPY_THEN_ACK,
        RabbitSubscription.KEEP_MAX,
        layout.longest(),
        layout.granularity(),
        FEATURES);
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec spec) {
    if (spec.isOrdered()) {
      return unsupported("RabbitMQ keeps no order per key; queue " + spec.name() + " cannot be");
    }
    if (spec.maxWaiting().isPresent()) {
      return unsupported(
          "RabbitMQ cannot bound what is sent apart from what is retried; leave out the limit of"
              + " queue "
              + spec.name());
    }
    return shared
        .links()
        .provisioned(spec.name())
        .thenAccept(open -> queues.computeIfAbsent(spec.name(), this::newQueue));
  }

  private RabbitQueue newQueue(String name) {
    return new RabbitQueue(name, shared);
  }

  private static <T> CompletionStage<T> unsupported(String why) {
    return CompletableFuture.failedStage(new UnsupportedCapabilityException(why));
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String name, List<OutMessage> batch) {
    int frameMax;
    RabbitQueue queue;
    try {
      frameMax = link.get().publishing().getFrameMax();
      queue = queue(name);
    } catch (TransportException refused) {
      return CompletableFuture.failedStage(refused);
    }
    Instant now = environment.clock().instant();
    List<CompletionStage<PublishResult>> results = new ArrayList<>(batch.size());
    List<Parcel> parcels = new ArrayList<>(batch.size());
    for (OutMessage message : batch) {
      AMQP.BasicProperties properties = layout.sent(Wire.properties(message, now));
      Optional<String> problem = Wire.problem(properties, frameMax);
      if (problem.isPresent()) {
        results.add(
            CompletableFuture.completedStage(
                new PublishResult.Refused(SendRefusedException.Cause.INVALID, problem.get())));
      } else {
        Parcel parcel = queue.sent(message.notBefore(), properties, message.body());
        parcels.add(parcel);
        results.add(parcel.fate().thenApply(fate -> fate.result(name)));
      }
    }
    publisher.send(parcels);
    return all(results);
  }

  private static <T> CompletionStage<List<T>> all(List<CompletionStage<T>> stages) {
    List<CompletableFuture<T>> futures =
        stages.stream().map(CompletionStage::toCompletableFuture).toList();
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
        .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
  }

  @Override
  public Subscription subscribe(String name, SubscribeOptions options, Sink sink) {
    link.checkNotEnded();
    RabbitQueue queue = queue(name);
    RabbitSubscription subscription = new RabbitSubscription(queue, options, sink);
    consuming.execute(() -> queue.add(subscription));
    return subscription;
  }

  @Override
  public DeadLetters deadLetters(String name) {
    link.checkNotEnded();
    return new RabbitDeadLetters(queue(name), desk);
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return unsupported("RabbitMQ cannot find a message by its id");
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return unsupported("RabbitMQ cannot take a message back by its id");
  }

  @Override
  public CompletionStage<QueueStats> stats(String name) {
    CompletionStage<long[]> counts =
        desk.call(
            name,
            open -> {
              RabbitQueue queue = queue(name);
              return new long[] {
                ready(open, queue.name()), ready(open, queue.dead()) + queue.letters().held()
              };
            });
    return counts.thenApplyAsync(ready -> queue(name).stats(ready[0], ready[1]), consuming);
  }

  private long ready(Link open, String queue) throws IOException {
    return topology
        .stats(open.consuming(), queue)
        .map(AMQP.Queue.DeclareOk::getMessageCount)
        .orElse(0);
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    states.listen(listener);
  }

  @Override
  public void close() {
    link.end(new TransportException("the RabbitMQ transport is closed; open a new one"));
    CompletableFuture<List<RabbitSubscription>> open = new CompletableFuture<>();
    if (consuming.offer(
        () ->
            open.complete(
                queues.values().stream()
                    .flatMap(queue -> queue.subscriptions().stream())
                    .toList()))) {
      open.join().forEach(RabbitSubscription::close);
    }
    desk.end();
    keeper.close();
    publisher.end();
    publishing.end();
    consuming.end();
  }

  private final class Links implements RabbitQueue.Links {
    @Override
    public Optional<Link> present() {
      return link.find();
    }

    @Override
    public CompletionStage<Link> provisioned(String queue) {
      return desk.call(
          queue,
          open -> {
            topology.provision(open.consuming(), queue);
            return open;
          });
    }
  }
}
