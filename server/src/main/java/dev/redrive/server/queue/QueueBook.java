// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import dev.redrive.Event;
import dev.redrive.InvalidOptionsException;
import dev.redrive.Queue;
import dev.redrive.Redrive;
import dev.redrive.WorkerPool;
import dev.redrive.server.config.DeliverConfig;
import dev.redrive.server.config.QueueConfig;
import dev.redrive.server.config.QueueReader;
import dev.redrive.server.config.ServerConfig;
import dev.redrive.server.delivery.WebhookWorker;
import dev.redrive.server.delivery.Webhooks;
import dev.redrive.server.files.DataDir;
import dev.redrive.server.http.Problem;
import dev.redrive.server.json.Fields;
import dev.redrive.server.json.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues that this server runs. Thread-safe; changes are made one after another by an executor
 * with one thread, because they are written to disk.
 */
public final class QueueBook {
  private static final Logger log = LoggerFactory.getLogger(QueueBook.class);
  private static final int QUEUES_MAX = 1_000;

  private final Redrive redrive;
  private final Webhooks webhooks;
  private final QueueStore store;
  private final Executor oneByOne;
  private final KeyStores keys;
  private final Map<String, WorkerPool> pools;
  private final Map<String, ManagedQueue> queues = new ConcurrentSkipListMap<>();

  /** What became of new settings. */
  record Put(ManagedQueue queue, boolean isNew) {}

  /**
   * Declares the queues of the data folder and, going before these, those of the configuration.
   * Nothing is delivered before {@link #start}. Blocks.
   *
   * @throws InvalidOptionsException if the folder's file is damaged, or a queue of the
   *     configuration names what that does not have
   */
  public QueueBook(
      Redrive redrive, Webhooks webhooks, DataDir folder, ServerConfig server, Executor oneByOne) {
    this.redrive = redrive;
    this.webhooks = webhooks;
    this.store = new QueueStore(folder);
    this.oneByOne = oneByOne;
    this.keys = new KeyStores(redrive, Runtime.getRuntime().maxMemory());
    this.pools = server.pools();
    store.queues().values().stream()
        .filter(config -> !server.queues().containsKey(config.name()))
        .forEach(config -> queues.put(config.name(), declare(orWithoutPool(config), false)));
    server.queues().values().forEach(config -> queues.put(config.name(), declare(config, true)));
  }

  /**
   * Pauses what was paused when the server stopped, then begins to deliver. Whoever listens to the
   * engine by then is told.
   *
   * @throws InvalidOptionsException if a webhook of the configuration can never be reached
   */
  public void start() {
    store
        .paused()
        .forEach((name, reason) -> find(name).ifPresent(each -> each.queue().pause(reason)));
    redrive.listen(this::remember);
    for (ManagedQueue each : List.copyOf(queues.values())) {
      Optional<DeliverConfig> deliver = each.config().deliver();
      if (deliver.isPresent()) {
        check(deliver.get(), "queue " + each.name());
        queues.put(each.name(), delivering(each));
      }
    }
  }

  /** Makes this queue if there is none at all. Blocks. */
  public void makeFirst(String name) {
    if (queues.isEmpty()) {
      QueueConfig config = QueueReader.read(name, Fields.of(Map.of())).orElseThrow();
      try {
        put(config).toCompletableFuture().join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException known ? known : e;
      }
    }
  }

  /** A pause that only a person ends lasts across restarts, whoever began it. */
  private void remember(Event event) {
    if (event instanceof Event.Paused paused && paused.until().isEmpty()) {
      oneByOne.execute(() -> write(() -> store.pause(paused.queue(), paused.reason())));
    } else if (event instanceof Event.Resumed resumed) {
      oneByOne.execute(() -> write(() -> store.resume(resumed.queue())));
    }
  }

  /** All queues, by name. */
  public Collection<ManagedQueue> all() {
    return queues.values();
  }

  /** The queue of this name, if there is one. */
  public Optional<ManagedQueue> find(String name) {
    return Optional.ofNullable(queues.get(name));
  }

  /**
   * The queue of this name.
   *
   * @throws dev.redrive.server.http.ProblemException if there is none, naming one that may have
   *     been meant
   */
  public ManagedQueue get(String name) {
    ManagedQueue queue = queues.get(name);
    if (queue == null) {
      String near = Nearest.hint(name, queues.keySet());
      throw Problem.notFound(
              "unknown-queue",
              "there is no queue `"
                  + name
                  + "`"
                  + (near.isEmpty() ? ": make it with PUT /v1/queues/" + name : near))
          .asException();
    }
    return queue;
  }

  /** The queues that a request means: the one it names, or all. */
  public Collection<ManagedQueue> named(Optional<String> name) {
    return name.map(each -> (Collection<ManagedQueue>) List.of(get(each))).orElseGet(this::all);
  }

  CompletionStage<Put> put(QueueConfig wanted) {
    return inTurn(
        () -> {
          Optional<ManagedQueue> known = find(wanted.name());
          checkPut(wanted, known);
          ManagedQueue declared = declare(wanted, false);
          store(wanted, known);
          ManagedQueue queue = delivering(declared);
          queues.put(wanted.name(), queue);
          return new Put(queue, known.isEmpty());
        });
  }

  private void checkPut(QueueConfig wanted, Optional<ManagedQueue> known) {
    if (known.map(ManagedQueue::isConfigured).orElse(false)) {
      throw Problem.of(
              409,
              "queue-from-config",
              "The queue is in the configuration file",
              "change it there and restart the server")
          .asException();
    }
    if (known.isEmpty() && queues.size() >= QUEUES_MAX) {
      throw Problem.invalid("there are " + QUEUES_MAX + " queues, which is the most").asException();
    }
    wanted.deliver().ifPresent(deliver -> check(deliver, "queue " + wanted.name()));
  }

  /**
   * Stores settings that the engine has taken, so that none is stored which it would refuse at the
   * next start; what cannot be stored is taken back.
   */
  private void store(QueueConfig wanted, Optional<ManagedQueue> known) {
    try {
      write(() -> store.put(wanted));
    } catch (UncheckedIOException e) {
      known.ifPresent(before -> declare(before.config(), false));
      throw e;
    }
  }

  CompletionStage<ManagedQueue> pause(ManagedQueue queue, String reason) {
    return inTurn(
        () -> {
          write(() -> store.pause(queue.name(), reason));
          queue.queue().pause(reason);
          return queue;
        });
  }

  CompletionStage<ManagedQueue> resume(ManagedQueue queue) {
    return inTurn(
        () -> {
          write(() -> store.resume(queue.name()));
          queue.queue().resume();
          return queue;
        });
  }

  // A server that does not start could not be told otherwise over its API.
  private QueueConfig orWithoutPool(QueueConfig config) {
    if (config.pool().filter(each -> !pools.containsKey(each.pool())).isEmpty()) {
      return config;
    }
    log.error(
        "queue {} shares the pool {}, which the configuration does not have any more: it goes on"
            + " with attempts of its own",
        config.name(),
        config.pool().get().pool());
    return config.withoutPool();
  }

  private ManagedQueue declare(QueueConfig config, boolean isConfigured) {
    Optional<WorkerPool.Share> share = config.pool().map(each -> each.of(pools, config.name()));
    Queue<byte[]> queue = redrive.queue(keys.options(config).withPool(share));
    Optional<WebhookWorker> worker = find(config.name()).flatMap(ManagedQueue::worker);
    return new ManagedQueue(config, isConfigured, queue, worker);
  }

  /** The same queue, with the worker that its settings ask for. */
  private ManagedQueue delivering(ManagedQueue each) {
    Optional<DeliverConfig> deliver = each.config().deliver();
    if (deliver.isEmpty()) {
      each.worker().ifPresent(WebhookWorker::stop);
    } else {
      each.worker().ifPresent(worker -> worker.adopt(deliver.get()));
    }
    return new ManagedQueue(
        each.config(),
        each.isConfigured(),
        each.queue(),
        deliver.map(config -> each.worker().orElseGet(() -> webhooks.start(each.queue(), config))));
  }

  private void check(DeliverConfig deliver, String subject) {
    try {
      webhooks.check(deliver);
    } catch (IllegalArgumentException e) {
      throw new InvalidOptionsException(subject, List.of(String.valueOf(e.getMessage())));
    }
  }

  private <T> CompletionStage<T> inTurn(Supplier<T> change) {
    return CompletableFuture.supplyAsync(change, oneByOne);
  }

  private interface Write {
    void run() throws IOException;
  }

  private static void write(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      log.error("the data folder cannot be written to", e);
      throw new UncheckedIOException(e);
    }
  }
}
