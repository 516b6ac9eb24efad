// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
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
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps queues in the memory of the process: everything a transport can do, but for surviving the
 * process. For tests, and for work whose loss at the end of the process does not matter.
 *
 * <p>Thread-safe. Every operation is done when it returns, in O(log n), but for reading through
 * dead letters. Starts no threads, and on virtual time always runs in the same way.
 */
public final class MemoryTransport implements Transport {
  private static final Duration DELAY_MAX = Duration.ofDays(36_500);
  private static final Set<Capability> FEATURES =
      EnumSet.complementOf(EnumSet.of(Capability.CALLER_TRANSACTION, Capability.PIPELINED_BATCHES));

  private final Environment environment;
  private final MemoryTransportConfig config;
  private final MemoryStore store;
  private final Durability durability;
  private final Map<String, MemoryQueue> queues = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  /** A transport whose messages end with it. */
  public MemoryTransport(Environment environment, MemoryTransportConfig config) {
    this(environment, config, new MemoryStore(), Durability.PROCESS);
  }

  /**
   * A transport whose messages are kept by the caller. It calls itself durable across crashes of
   * the process, because that is what it plays.
   */
  public MemoryTransport(Environment environment, MemoryTransportConfig config, MemoryStore store) {
    this(environment, config, store, Durability.PROCESS_CRASH);
  }

  private MemoryTransport(
      Environment environment,
      MemoryTransportConfig config,
      MemoryStore store,
      Durability durability) {
    this.environment = environment;
    this.config = config;
    this.store = store;
    this.durability = durability;
    store.recover();
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        durability,
        Move.IN_PLACE,
        Move.ATOMIC,
        Duration.ZERO,
        DELAY_MAX,
        Duration.ofMillis(1),
        FEATURES);
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec queue) {
    return stage(
            () -> {
              queues
                  .computeIfAbsent(
                      queue.name(),
                      name -> new MemoryQueue(environment, store.queue(queue), config.maxBytes()))
                  .adapt(queue);
              return queue;
            })
        .thenAccept(provisioned -> {});
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    return stage(() -> queue(queue).publish(batch));
  }

  @Override
  public Subscription subscribe(String queue, SubscribeOptions options, Sink sink) {
    checkOpen();
    MemoryQueue named = queue(queue);
    MemorySubscription subscription = new MemorySubscription(named, options.lease(), sink);
    named.handOver().add(subscription);
    return subscription;
  }

  @Override
  public DeadLetters deadLetters(String queue) {
    checkOpen();
    return new MemoryDeadLetters(this, queue(queue));
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return stage(() -> queue(queue).find(id));
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return stage(() -> queue(queue).cancel(id));
  }

  @Override
  public CompletionStage<QueueStats> stats(String queue) {
    return stage(() -> queue(queue).stats());
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    environment.executor().execute(() -> listener.accept(TransportState.UP));
  }

  /** The result of an action, or its failure, as a stage. */
  <R> CompletionStage<R> stage(Supplier<R> action) {
    try {
      checkOpen();
      return CompletableFuture.completedStage(action.get());
    } catch (TransportException failed) {
      return CompletableFuture.failedStage(failed);
    }
  }

  private MemoryQueue queue(String name) {
    MemoryQueue queue = queues.get(name);
    if (queue == null) {
      throw new TransportException("queue " + name + " is not known; provision it first");
    }
    return queue;
  }

  private void checkOpen() {
    if (isClosed) {
      throw new TransportException("the memory transport is closed; open a new one");
    }
  }

  @Override
  public void close() {
    isClosed = true;
    queues.values().forEach(queue -> queue.handOver().endGracefully());
  }

  /**
   * Ends the transport as the death of its process would: nothing is given back, nobody is told.
   * The next transport on the same store finds what this one left.
   */
  public void kill() {
    isClosed = true;
    queues.values().forEach(queue -> queue.handOver().end());
  }
}
