// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.Environment;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open folder: makes the parts, knows the queues, and takes all apart again. */
final class Works implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Works.class);
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(30);
  private static final Duration LOOK_FOR_ROOM_EVERY = Duration.ofSeconds(1);
  private static final int QUEUE_WEIGHT = 256;

  private final DataFolder folder;
  private final OwnerOnly files;
  private final Services services;
  private final Catalog catalog;
  private final Dispatcher dispatcher;
  private final Limits limits;
  private final EmbeddedIdempotencyStore idempotency;
  private final Map<String, OpenQueue> queues = new ConcurrentHashMap<>();

  /** What the store has of the queues, by name. */
  private final Map<String, QueueSpec> stored = new ConcurrentHashMap<>();

  // Guarded by this.
  private int lastNumber;
  private volatile boolean isClosed;
  private Optional<Timers.Timer> sweepTimer = Optional.empty();

  private Works(
      DataFolder folder,
      OwnerOnly files,
      Services services,
      Catalog catalog,
      Dispatcher dispatcher,
      Limits limits) {
    this.folder = folder;
    this.files = files;
    this.services = services;
    this.catalog = catalog;
    this.dispatcher = dispatcher;
    this.limits = limits;
    this.idempotency = new EmbeddedIdempotencyStore(services);
  }

  static Works open(
      EmbeddedTransportConfig config,
      Environment environment,
      Function<DataFolder, LongSupplier> usableBytes) {
    DataFolder folder = DataFolder.open(config.folder());
    OwnerOnly files = OwnerOnly.watch(folder.database(), environment.threads());
    try {
      Store store = Store.open(folder);
      files.tidy();
      try {
        return open(config, environment, usableBytes, folder, files, store);
      } catch (RuntimeException e) {
        store.close();
        throw e;
      }
    } catch (RuntimeException e) {
      files.close();
      folder.close();
      throw e;
    }
  }

  private static Works open(
      EmbeddedTransportConfig config,
      Environment environment,
      Function<DataFolder, LongSupplier> usableBytes,
      DataFolder folder,
      OwnerOnly files,
      Store store) {
    Health health = new Health(environment.executor());
    Dispatcher dispatcher = new Dispatcher(health, environment.threads());
    Catalog catalog = new Catalog(store, dispatcher::wake);
    List<QueueState> states = catalog.read();
    Sequence sequence = new Sequence(store);
    Batch batch = new Batch(store, sequence);
    new Recovery(store, batch, catalog, environment.clock().millis()).run();

    DiskSpace disk =
        new DiskSpace(
            folder, usableBytes.apply(folder), store::unflushedBytes, config.reserveBytes());
    Runnable revival =
        () -> {
          store.reopen();
          sequence.read(store);
          catalog.reload();
        };
    Committer committer =
        new Committer(
            batch,
            disk,
            health,
            environment,
            new PendingChanges(config.maxPendingBytes()),
            revival);
    ReadThread reading = new ReadThread(environment.threads());
    Services services =
        new Services(
            store, sequence, committer, health, environment.clock(), environment.timers(), reading);
    Works works =
        new Works(folder, files, services, catalog, dispatcher, new Limits(config.maxBodyBytes()));
    for (QueueState state : states) {
      works.add(state);
      works.stored.put(state.name(), state.spec());
    }
    works.start();
    return works;
  }

  private void start() {
    services.committer().start();
    dispatcher.start();
    health()
        .listen(
            state -> {
              if (state == TransportState.BLOCKED) {
                lookForRoomLater();
              }
            });
    sweepLater();
  }

  private OpenQueue add(QueueState state) {
    OpenQueue queue = new OpenQueue(state, services, limits);
    queues.put(state.name(), queue);
    lastNumber = Math.max(lastNumber, state.number());
    dispatcher.add(state, new QueueReader(state, services));
    return queue;
  }

  Health health() {
    return services.health();
  }

  /** The queue of this name. */
  OpenQueue queue(String name) {
    if (isClosed) {
      throw new TransportException("The transport is closed.");
    }
    OpenQueue queue = queues.get(name);
    if (queue == null) {
      throw new TransportException("Queue " + name + " is not known here. Provision it first.");
    }
    return queue;
  }

  /** Creates or adapts a queue. What follows on any thread finds it; the stage says it is safe. */
  synchronized CompletionStage<Void> provision(QueueSpec spec) {
    if (isClosed) {
      throw new TransportException("The transport is closed.");
    }
    OpenQueue known = queues.get(spec.name());
    if (spec.equals(stored.get(spec.name()))) {
      return CompletableFuture.completedStage(null);
    }
    if (known == null) {
      QueueRecord record = new QueueRecord(lastNumber + 1, spec);
      add(catalog.add(record));
      return write(record);
    }
    checkOrder(known.state(), spec);
    known.state().spec(spec);
    return write(new QueueRecord(known.state().number(), spec));
  }

  private static void checkOrder(QueueState state, QueueSpec spec) {
    CountRecord counts = state.counts();
    if (state.isOrdered() != spec.isOrdered() && counts.live() + counts.dead() > 0) {
      throw new TransportException(
          "Queue "
              + spec.name()
              + " holds messages that were stored as "
              + (state.isOrdered() ? "ordered" : "not ordered")
              + ". Process or purge them first, or use a queue of another name.");
    }
  }

  private CompletionStage<Void> write(QueueRecord record) {
    RareChange<Boolean> change =
        new RareChange<>(
            QUEUE_WEIGHT,
            batch -> {
              byte[] key = Catalog.key(record.spec().name());
              batch.put(Family.META, key, record.encode(key));
              return true;
            },
            () -> stored.put(record.spec().name(), record.spec()),
            () -> {});
    services.committer().submit(change);
    return change.result().thenAccept(done -> {});
  }

  EmbeddedIdempotencyStore idempotency() {
    return idempotency;
  }

  /** Runs what reads much on a thread of its own. */
  <T> CompletionStage<T> read(Supplier<T> task) {
    return services.reading().read(task);
  }

  private synchronized void sweepLater() {
    if (!isClosed) {
      sweepTimer = Optional.of(services.timers().after(SWEEP_EVERY, () -> read(this::sweep)));
    }
  }

  private boolean sweep() {
    try {
      queues.values().forEach(queue -> queue.sweeper().sweep());
      idempotency.sweep();
      services.store().tellWitness();
      files.tidy();
      return true;
    } catch (TransportException e) {
      if (!isClosed) {
        LOG.warn("Sweeping failed, and is tried again: {}", e.getMessage());
      }
      return false;
    } finally {
      sweepLater();
    }
  }

  /** A store that cannot be read must be closed all the same. */
  private static void sweepLast(OpenQueue queue) {
    try {
      queue.sweeper().sweep();
    } catch (TransportException e) {
      LOG.warn("Queue {} was not swept: {}", queue.state().name(), e.getMessage());
    }
  }

  private void lookForRoomLater() {
    services.timers().after(LOOK_FOR_ROOM_EVERY, () -> read(this::lookForRoom));
  }

  private boolean lookForRoom() {
    try {
      services.committer().lookForRoom();
      return true;
    } catch (TransportException e) {
      LOG.warn("The disk could not be asked for its room, and is asked again: {}", e.getMessage());
      return false;
    } finally {
      if (!isClosed && health().state() == TransportState.BLOCKED) {
        lookForRoomLater();
      }
    }
  }

  /** Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      sweepTimer.ifPresent(Timers.Timer::cancel);
    }
    dispatcher.close();
    queues.values().forEach(OpenQueue::closeSubscriptions);
    queues.values().forEach(Works::sweepLast);
    services.reading().close();
    services.committer().close();
    try {
      if (health().state() == TransportState.UP) {
        services.store().flush();
        services.store().tellWitness();
      }
    } catch (TransportException e) {
      // It only spares the next start the reading of the log.
      LOG.warn("The next start will take longer: {}", e.getMessage());
    } finally {
      services.store().close();
      files.close();
      folder.close();
    }
  }
}
