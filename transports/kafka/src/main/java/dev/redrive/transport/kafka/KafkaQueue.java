// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.QueueStats;
import dev.redrive.RedriveException;
import dev.redrive.TransportException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** A queue that was provisioned: who takes its messages, and what is known of them. Thread-safe. */
final class KafkaQueue {
  private final String name;
  private final Consumption consumption;
  private final Transactions transactions;
  private final Sender sender;
  private final DeadTopic dead;
  private final ParkedReader parked;
  private final Shared shared;
  private volatile Optional<OrderBy> order;
  // What this process has seen; nobody else counts it.
  private final AtomicLong succeeded = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private final AtomicLong purged = new AtomicLong();

  KafkaQueue(String name, Optional<OrderBy> order, Shared shared) {
    this.name = name;
    this.order = order;
    this.shared = shared;
    this.dead = shared.deadTopics().of(name, this::purged);
    Names names = shared.names();
    Clients clients = shared.clients();
    parked =
        new ParkedReader(
            names.parked(name), clients, shared.deadTopics().admin(), shared.environment());
    sender =
        new Sender(
            name,
            shared.producer(),
            shared.route(),
            () -> this.order,
            shared.environment().clock(),
            shared.environment().threads());
    transactions =
        new Transactions(
            () -> clients.producer(names.transactions(shared.processName(), name)),
            shared.environment().threads());
    consumption =
        new Consumption(
            name, shared.environment(), clients.config().graceTime(), new Own(), new Tasks());
    consumption.start();
  }

  private final class Own implements Consumption.Parts {
    @Override
    public Member member(Member.Owner owner) {
      Clients clients = shared.clients();
      Member.Settings settings =
          new Member.Settings(
              shared.process(), shared.metadataMax(), clients.config().requestTime(), order);
      return new Member(clients.member(shared.names().group(name)), name, settings, owner);
    }

    @Override
    public Settler settler(Consumption consumption) {
      Copies copies =
          new Copies(
              name, shared.names(), shared.process(), shared.route(), shared.environment().clock());
      KafkaTransportConfig config = shared.clients().config();
      return new Settler(consumption, transactions, copies, config, KafkaQueue.this::count);
    }

    @Override
    public Parking parking(Consumption consumption) {
      return new Parking(name, shared.process(), parked, consumption);
    }
  }

  /** What comes one after another from now on. */
  void order(Optional<OrderBy> by) {
    if (!order.equals(by)) {
      order = by;
      consumption.joinAnew();
    }
  }

  private void count(Settlement settlement) {
    if (settlement instanceof Settlement.Ack) {
      succeeded.incrementAndGet();
    } else if (settlement instanceof Settlement.Discard) {
      cancelled.incrementAndGet();
    }
  }

  private void purged(int count) {
    purged.addAndGet(count);
  }

  CompletionStage<List<PublishResult>> send(List<OutMessage> batch) {
    return sender.send(batch);
  }

  Subscription subscribe(SubscribeOptions options, Sink sink) {
    KafkaSubscription subscription = new KafkaSubscription(consumption, options, sink);
    consumption.thread().execute(() -> consumption.add(subscription));
    return subscription;
  }

  DeadLetters deadLetters() {
    return dead.letters();
  }

  /** The counts, as far as anybody knows them. */
  CompletionStage<QueueStats> stats() {
    CompletionStage<Consumption.Counts> counts = consumption.counts();
    CompletionStage<Long> letters = deadLetters().count(DeadLetterFilter.all());
    return shared
        .backlog()
        .of(name, shared.names().group(name))
        .thenCombine(
            counts,
            (behind, here) ->
                new long[] {Math.max(0, behind - here.held()) + here.parked(), here.held()})
        .thenCombine(letters, (here, count) -> stats(here[0], here[1], count))
        .exceptionallyAsync(KafkaQueue::unknown, shared.environment().executor());
  }

  private static QueueStats unknown(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    throw cause instanceof RedriveException told
        ? told
        : new TransportException("Kafka did not tell its counts: " + cause, cause);
  }

  private QueueStats stats(long waiting, long running, long letters) {
    long ended = succeeded.get() + purged.get() + cancelled.get();
    return new QueueStats(
        waiting + running + letters + ended,
        waiting,
        0,
        running,
        succeeded.get(),
        letters,
        purged.get(),
        cancelled.get(),
        Optional.empty());
  }

  /** Gives everything back. Blocks until that is done, some seconds at most. */
  void end() {
    sender.end();
    consumption.end();
    parked.end();
    transactions.end();
    dead.close();
  }
}
