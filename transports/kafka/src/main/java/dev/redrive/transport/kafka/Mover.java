// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves messages down the {@link Ladder}, each when its hold is over. One per process, on a thread
 * of its own; together they are a consumer group and share the partitions of the ladder.
 *
 * <p>A move is a transaction of the copies and of the offsets they were read at: both are there, or
 * neither. When one fails, how it ended is not looked into. The next producer has the same name, so
 * that the broker ends what the last one left undone, one way or the other, before it lets it
 * begin; then reading begins again at the offsets that stand. This holds for a process that was
 * killed as well: its partitions go to another mover, which is told their offsets only when its
 * last transaction has ended, after {@code transactionTime} at the latest.
 *
 * <p>A mover that has lost its partitions and does not know it cannot commit: the offsets go with
 * its membership, which the broker refuses then.
 *
 * <p>When a hold is over is told by the time the broker wrote the record down at and by this
 * process's clock. If that is behind, messages are late by as much; if it is ahead, they leave the
 * ladder early, which whoever consumes the queue sees by their due time.
 */
final class Mover implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Mover.class);

  /** So soon a clock that was set is seen. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** What is under way may end in this time when the transport is closed. */
  private static final Duration CLOSE = Duration.ofSeconds(3);

  private final Clients clients;
  private final Names names;
  private final String transactions;
  private final Environment environment;
  private final Route route;
  private final Destinations destinations;
  private final Graves graves;
  private final Sweep sweep;
  private final Thread thread;
  private final CompletableFuture<Void> closing = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile Optional<Consumer<byte[], byte[]>> polled = Optional.empty();
  // Used by the mover's thread alone.
  private int failures;
  private int refusedBefore;
  private final Refusals refusals = new Refusals();

  private Mover(
      Clients clients,
      Admin admin,
      Topics topics,
      Names names,
      String process,
      Environment environment) {
    this.clients = clients;
    this.names = names;
    this.transactions = names.moverTransactions(process);
    this.environment = environment;
    this.route = new Route(names);
    this.destinations = new Destinations(admin, environment.timers());
    this.graves = new Graves(topics::dead, names, destinations);
    this.sweep = new Sweep(admin, environment.timers());
    this.thread = environment.threads().newThread(this::run);
  }

  /**
   * Begins to move. The topics of the ladder must be there.
   *
   * @param process a word that no other process has at the same time
   */
  static Mover start(
      Clients clients,
      Admin admin,
      Topics topics,
      Names names,
      String process,
      Environment environment) {
    Mover mover = new Mover(clients, admin, topics, names, process, environment);
    mover.thread.start();
    return mover;
  }

  /** Ends what is under way and leaves the group. Blocks until that is done; idempotent. */
  @Override
  public void close() {
    closing.complete(null);
    polled.ifPresent(Consumer::wakeup);
    environment.timers().after(CLOSE, this::interrupt);
    ended.join();
  }

  /** A transaction that is cut off here is ended by the broker. */
  private void interrupt() {
    if (!ended.isDone()) {
      thread.interrupt();
    }
  }

  private void run() {
    try {
      while (!closing.isDone()) {
        try {
          join();
        } catch (RuntimeException failure) {
          failed(failure);
        }
      }
    } finally {
      ended.complete(null);
    }
  }

  private void failed(RuntimeException failure) {
    if (closing.isDone()) {
      log.debug("the mover ends", failure);
      return;
    }
    if (refusals.count() > refusedBefore) {
      // One record more that goes another way: the others need not wait for that.
      refusedBefore = refusals.count();
      log.debug("one that is refused goes another way in the next transaction", failure);
      return;
    }
    refusedBefore = refusals.count();
    failures++;
    destinations.doubt();
    Duration pause = Backoff.drawn(failures, environment.random());
    log.warn(
        "messages could not be moved down the ladder ({} in a row), trying again in {} ms: {}",
        failures,
        pause.toMillis(),
        root(failure).toString());
    log.debug("why they could not", failure);
    CompletableFuture<Void> over = new CompletableFuture<>();
    environment.timers().after(pause, () -> over.complete(null));
    CompletableFuture.anyOf(closing, over).join();
  }

  /** Clients tell of the first failure only by the cause of what they throw from then on. */
  private static Throwable root(Throwable failure) {
    @Nullable Throwable cause = failure.getCause();
    return cause == null ? failure : root(cause);
  }

  /** As one member of the group. */
  private void join() {
    Consumer<byte[], byte[]> consumer = clients.member(names.movers());
    polled = Optional.of(consumer);
    try {
      Heads heads = new Heads(consumer, route::hold);
      consumer.subscribe(names.holds(), heads);
      while (!closing.isDone()) {
        move(consumer, heads);
      }
    } finally {
      sweep.sweep();
      polled = Optional.empty();
      // Interrupted, it would not say that it leaves.
      boolean wasInterrupted = Thread.interrupted();
      log.debug("leaving the group, interrupted: {}", wasInterrupted);
      consumer.close(CloseOptions.timeout(CLOSE));
    }
  }

  /** With one producer, until a transaction fails. */
  private void move(Consumer<byte[], byte[]> consumer, Heads heads) {
    Producer<byte[], byte[]> producer = clients.producer(transactions);
    try {
      producer.initTransactions();
      heads.rewind();
      Transfer transfer = new Transfer(consumer, producer, route, destinations, graves, refusals);
      while (!closing.isDone()) {
        heads.add(consumer.poll(heads.patience(now(), LOOK_AGAIN)));
        if (!moveDue(heads, transfer)) {
          return;
        }
        heads.bound(now());
      }
    } finally {
      // What is under way here is not to be waited for.
      producer.close(Duration.ZERO);
    }
  }

  /** False if that failed, and nothing more can be done with this producer. */
  private boolean moveDue(Heads heads, Transfer transfer) {
    try {
      List<ConsumerRecord<byte[], byte[]>> due = heads.due(now());
      while (!due.isEmpty()) {
        sweep.moved(transfer.move(due, now()));
        failures = 0;
        refusedBefore = 0;
        due = closing.isDone() ? List.of() : heads.due(now());
      }
      return true;
    } catch (KafkaException failure) {
      failed(failure);
      return false;
    }
  }

  private Instant now() {
    return environment.clock().instant();
  }
}
