// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.AsyncHandler;
import dev.redrive.Context;
import dev.redrive.DeadLetters;
import dev.redrive.Delivery;
import dev.redrive.Event;
import dev.redrive.Handler;
import dev.redrive.IdempotencyStatus;
import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Receipt;
import dev.redrive.RedriveException;
import dev.redrive.SendResult;
import dev.redrive.Worker;
import dev.redrive.gate.GateView;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** A queue: its sender, its workers, its lease desk, and whether it is paused. */
final class QueueEngine<T> implements Queue<T> {
  private final Transport transport;
  private final Environment environment;
  private final Executor handlers;
  private final EventHub events;
  private final Surroundings surroundings;
  private final Sender<T> sender;
  private final Settler settler;
  private final KeyKeeper keys;
  private final Duplicates<T> duplicates;
  private final LeaseDesk<T> desk;
  private final DeadLetters deadLetters;
  private final Commons commons;
  private final List<HandlerWorker<T>> workers = new CopyOnWriteArrayList<>();
  private final Pauses pauses;
  private volatile QueueOptions<T> options;
  private volatile Gates gates = Gates.NONE;

  QueueEngine(
      QueueOptions<T> options,
      Transport transport,
      Environment environment,
      Executor handlers,
      Observers observers,
      Commons commons) {
    this.options = options;
    this.transport = transport;
    this.environment = environment;
    this.handlers = handlers;
    this.events = observers.events();
    this.commons = commons;
    this.surroundings = observers.surroundings();
    this.sender = new Sender<>(options.name(), this::options, transport, environment, observers);
    StoreHealth health = new StoreHealth(options.name(), environment.random());
    this.keys = new KeyKeeper(environment, health);
    this.duplicates = new Duplicates<>(this, environment, health);
    this.pauses = new Pauses(this, environment, new Taking());
    this.settler = new Settler(this::options, environment, events, handlers, pauses::hold, keys);
    this.desk = new LeaseDesk<>(this, environment, this::subscribe);
    this.deadLetters =
        new ObservedDeadLetters(
            options.name(), transport.deadLetters(options.name()), environment.clock(), events);
    this.gates = gates(options);
    commons.pools().declare(options.pool());
  }

  /** Follows changed options. */
  void adopt(QueueOptions<T> changed) {
    gates = gates(changed);
    options = changed;
    commons.pools().declare(changed.pool());
    wake();
    workers.forEach(HandlerWorker::adapt);
  }

  private Gates gates(QueueOptions<T> named) {
    return commons.dependencies().gates(named, gates, this::wake, this::knock);
  }

  /** A worker's place at the attempts of the queue's pool, if it has one. */
  Seat seat(Runnable turn) {
    return commons.pools().seat(options, turn);
  }

  /** What stands in front of attempts from now on. */
  Gates guard() {
    return gates;
  }

  @Override
  public List<GateView> gates() {
    return gates.views();
  }

  /** A dependency is back: nobody need wait for the time that was said. */
  private void wake() {
    turnstiles().forEach(Turnstile::wake);
  }

  private List<Turnstile> turnstiles() {
    List<Turnstile> all = new ArrayList<>();
    all.add(desk.turnstile());
    workers.forEach(worker -> all.add(worker.turnstile()));
    return all;
  }

  /** An attempt has ended, which may let another one pass a gate. */
  private void knock(String key) {
    desk.turnstile().knock(key);
    for (HandlerWorker<T> worker : workers) {
      worker.turnstile().knock(key);
    }
  }

  Pauses pauses() {
    return pauses;
  }

  @Override
  public String name() {
    return options.name();
  }

  @Override
  public QueueOptions<T> options() {
    return options;
  }

  @Override
  public boolean isDeduplicated() {
    return transport.capabilities().has(Capability.DEDUPLICATION);
  }

  Settler settler() {
    return settler;
  }

  KeyKeeper keys() {
    return keys;
  }

  Duplicates<T> duplicates() {
    return duplicates;
  }

  EventHub events() {
    return events;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  /** The context of an attempt that has begun. */
  Context context(Handed message) {
    return new Context(
        message.in().id(),
        name(),
        message.in().attempt(),
        message.origin(),
        environment.clock(),
        surroundings.around(message, name()));
  }

  Instant now() {
    return environment.clock().instant();
  }

  long nanoTime() {
    return environment.timers().nanoTime();
  }

  @Override
  public CompletionStage<Receipt> send(Outgoing<T> message) {
    return sender.send(message);
  }

  @Override
  public CompletionStage<List<SendResult>> sendAll(List<Outgoing<T>> messages) {
    return sender.sendAll(messages);
  }

  @Override
  public Receipt send(Connection connection, Outgoing<T> message) throws SQLException {
    return sender.send(connection, message);
  }

  @Override
  public Worker handle(Handler<T> handler) {
    Lanes lanes = new Lanes(environment, handlers, options.concurrency(), options.timeout());
    return start(new LaneInvoker<>(handler, lanes));
  }

  @Override
  public Worker handleAsync(AsyncHandler<T> handler) {
    return start(new AsyncInvoker<>(handler, environment));
  }

  private Worker start(Invoker<T> invoker) {
    HandlerWorker<T> worker = new HandlerWorker<>(this, invoker, environment, this::subscribe);
    pauses.inOrder(
        () -> {
          if (pauses.isClosed()) {
            throw new RedriveException("queue " + name() + " is closed");
          }
          if (pauses.isTaking()) {
            worker.open();
          }
          workers.add(worker);
          worker.start();
        });
    return worker;
  }

  private Intake subscribe(Intake.Receiver receiver) {
    return new Intake(transport, options.name(), environment, receiver);
  }

  void forget(HandlerWorker<T> worker) {
    workers.remove(worker);
  }

  @Override
  public CompletionStage<List<Delivery<T>>> lease(int max, Duration wait, Duration lease) {
    return desk.lease(max, wait, lease);
  }

  /** All that takes messages of this queue. */
  private final class Taking implements Pauses.Taking {
    @Override
    public void open() {
      try {
        desk.open();
        workers.forEach(HandlerWorker::open);
      } catch (RuntimeException | Error failure) {
        stop();
        throw failure;
      }
    }

    @Override
    public void start() {
      desk.start();
      workers.forEach(HandlerWorker::start);
    }

    @Override
    public void stop() {
      desk.pause();
      workers.forEach(HandlerWorker::pause);
    }
  }

  @Override
  public void pause(String reason) {
    pauses.pause(reason);
  }

  @Override
  public void resume() {
    gates.release();
    wake();
    pauses.resume();
  }

  @Override
  public Optional<String> pauseReason() {
    return pauses.reason();
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String id) {
    return transport.find(name(), id).thenApply(found -> found.map(this::told));
  }

  private MessageStatus told(MessageStatus status) {
    boolean isRunning = status.state() == MessageState.RUNNING;
    boolean isDue = status.dueAt().map(due -> !due.isAfter(now())).orElse(false);
    boolean isHeld = isDue && !isRunning && (pauseReason().isPresent() || gates.areHolding());
    return new MessageStatus(
        status.id(),
        status.queue(),
        isHeld ? MessageState.HELD : status.state(),
        status.attempts(),
        status.dueAt(),
        status.firstSeen(),
        HistoryWriter.told(status));
  }

  @Override
  public CompletionStage<Boolean> cancel(String id) {
    return transport
        .cancel(name(), id)
        .thenApply(
            done -> {
              if (done) {
                events.tell(() -> new Event.Cancelled(name(), now(), id));
              }
              return done;
            });
  }

  @Override
  public CompletionStage<QueueStats> stats() {
    return transport.stats(name());
  }

  @Override
  public Optional<IdempotencyStatus> idempotency() {
    return options.idempotency().map(each -> duplicates.status());
  }

  @Override
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  /** Takes no more; the stage completes when what runs has ended and what was sent is stored. */
  CompletionStage<Void> drain() {
    pauses.close();
    List<CompletionStage<Void>> drained = new ArrayList<>();
    drained.add(sender.close());
    drained.add(desk.drain());
    workers.forEach(worker -> drained.add(worker.drain()));
    return CompletableFuture.allOf(
        drained.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture<?>[]::new));
  }

  /** Interrupts what runs and hands it back uncounted. */
  void close() {
    workers.forEach(HandlerWorker::close);
    desk.close();
    keys.stop();
  }
}
