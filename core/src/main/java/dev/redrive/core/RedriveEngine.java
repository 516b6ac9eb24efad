// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.InvalidOptionsException;
import dev.redrive.Listener;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.RedriveException;
import dev.redrive.Successors;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.gate.BreakerFactory;
import dev.redrive.gate.Dependency;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Timers;
import dev.redrive.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queues on one transport, from opening to closing. */
final class RedriveEngine implements Redrive {
  private static final Logger log = LoggerFactory.getLogger(RedriveEngine.class);

  private final Transport transport;
  private final Environment environment;
  private final Executor handlers;
  private final Runnable release;
  private final EventHub events = new EventHub();
  private final Observers observers;
  private final Commons commons;
  private final Map<String, QueueEngine<?>> queues = new ConcurrentSkipListMap<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final AtomicReference<@Nullable Thread> closer = new AtomicReference<>();
  // One declaration at a time; closing does not wait for one that hangs.
  private final Object declaring = new Object();
  private volatile TransportState state = TransportState.UP;

  /**
   * Takes over an open transport.
   *
   * @param release releases what was opened for this engine, after the transport is closed
   */
  RedriveEngine(
      Transport transport,
      Environment environment,
      Executor handlers,
      Runnable release,
      Optional<BreakerFactory> breakers,
      Surroundings surroundings) {
    this.transport = transport;
    this.environment = environment;
    this.handlers = handlers;
    this.release = release;
    this.observers = new Observers(events, surroundings);
    this.commons =
        new Commons(
            new Dependencies(breakers, environment, events), new Pools(environment.executor()));
    transport.onState(this::changed);
  }

  private void changed(TransportState next) {
    if (next != state) {
      log.info("the transport is {}, it was {}", next, state);
    }
    state = next;
  }

  @Override
  public <T> Queue<T> queue(QueueOptions<T> options) {
    synchronized (declaring) {
      checkOpen();
      checkCapabilities(options);
      commons.dependencies().check(options);
      QueueEngine<?> known = queues.get(options.name());
      if (known != null) {
        checkCodec(known, options);
      }
      await(
          transport.provision(
              new QueueSpec(
                  options.name(),
                  options.isOrdered(),
                  options.successors(),
                  options.maxWaiting(),
                  options.dedupWindow())));
      checkOpen();
      return known == null ? made(options) : adopted(known, options);
    }
  }

  private void checkOpen() {
    if (closer.get() != null) {
      throw new RedriveException("Redrive is closed");
    }
  }

  private static void checkCodec(QueueEngine<?> known, QueueOptions<?> options) {
    if (!known.options().codec().equals(options.codec())) {
      throw new InvalidOptionsException(
          "queue " + options.name(),
          List.of(
              "it is declared with another codec already; use that queue, another name, or a codec"
                  + " that equals the first one"));
    }
  }

  private <T> Queue<T> made(QueueOptions<T> options) {
    QueueEngine<T> made =
        new QueueEngine<>(options, transport, environment, handlers, observers, commons);
    queues.put(options.name(), made);
    if (!made.isDeduplicated()) {
      log.info(
          "queue {}: this transport does not recognise a message that is sent again under its id",
          options.name());
    }
    return made;
  }

  // Equal codecs: the caller's T is the queue's as far as Java can tell at run time.
  @SuppressWarnings("unchecked")
  private static <T> Queue<T> adopted(QueueEngine<?> known, QueueOptions<T> options) {
    QueueEngine<T> queue = (QueueEngine<T>) known;
    queue.adopt(options);
    return queue;
  }

  private void checkCapabilities(QueueOptions<?> options) {
    if (options.isOrdered() && !transport.capabilities().has(Capability.ORDERED)) {
      throw new UnsupportedCapabilityException(
          "queue "
              + options.name()
              + ": this transport cannot keep the order of keys; declare the queue without"
              + " ordered(), or use another transport");
    }
    if (options.isOrdered()
        && options.successors() == Successors.GO_ON
        && !transport.capabilities().has(Capability.SUCCESSORS_GO_ON)) {
      throw new UnsupportedCapabilityException(
          "queue "
              + options.name()
              + ": on this transport those behind a dead message wait; declare the queue with"
              + " ordered(), or use another transport");
    }
    if (options.maxWaiting().isPresent() && !transport.capabilities().has(Capability.MAX_WAITING)) {
      throw new UnsupportedCapabilityException(
          "queue "
              + options.name()
              + ": this transport cannot limit what waits; declare the queue without maxWaiting,"
              + " or use another transport");
    }
  }

  private static void await(CompletionStage<Void> stage) {
    try {
      stage.toCompletableFuture().join();
    } catch (CompletionException failure) {
      Throwable cause = Causes.unwrap(failure);
      if (cause instanceof RedriveException known) {
        throw known;
      }
      throw new TransportException("the queue could not be created: " + cause, cause);
    }
  }

  @Override
  public Collection<String> queues() {
    return List.copyOf(queues.keySet());
  }

  @Override
  public Collection<Dependency> dependencies() {
    return commons.dependencies().all();
  }

  @Override
  public IdempotencyStore idempotencyStore() {
    return transport
        .idempotencyStore()
        .orElseThrow(
            () ->
                new UnsupportedCapabilityException(
                    "this transport keeps no idempotency keys: give the queue a store of its own,"
                        + " for example a CaffeineIdempotencyStore for one process"));
  }

  @Override
  public TransportState state() {
    return state;
  }

  @Override
  public Registration listen(Listener listener) {
    return events.add(listener);
  }

  @Override
  public void close(Duration grace) {
    if (closer.compareAndSet(null, Thread.currentThread())) {
      try {
        closeQueues(grace);
      } finally {
        closeTransport();
      }
    } else if (closer.get() != Thread.currentThread()) {
      closed.join();
    }
  }

  private void closeQueues(Duration grace) {
    List<CompletableFuture<Void>> drains = new ArrayList<>();
    queues.values().forEach(queue -> drains.add(queue.drain().toCompletableFuture()));
    CompletableFuture<Void> drained =
        CompletableFuture.allOf(drains.toArray(CompletableFuture<?>[]::new));
    if (!grace.isZero() && !drained.isDone()) {
      CompletableFuture<Void> over = new CompletableFuture<>();
      Timers.Timer timer = environment.timers().after(grace, () -> over.complete(null));
      CompletableFuture.anyOf(drained.exceptionally(error -> null), over).join();
      timer.cancel();
    }
    queues.values().forEach(QueueEngine::close);
  }

  // Last: what runs must be able to settle.
  private void closeTransport() {
    try {
      transport.close();
    } finally {
      release.run();
      closed.complete(null);
    }
  }
}
