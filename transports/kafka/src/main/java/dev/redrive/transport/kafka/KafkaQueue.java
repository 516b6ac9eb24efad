// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Sink;
import dev.redrive.spi.Subscription;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A queue that was provisioned: who takes its messages, and what is known of them. Thread-safe. */
final class KafkaQueue {
  private final String name;
  private final Consumption consumption;
  private final Transactions transactions;
  // What this process has seen; nobody else counts it.
  private final AtomicLong succeeded = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private final AtomicLong purged = new AtomicLong();

  KafkaQueue(String name, Shared shared) {
    this.name = name;
    Names names = shared.names();
    Clients clients = shared.clients();
    transactions =
        new Transactions(
            () -> clients.producer(names.transactions(shared.processName(), name)),
            shared.environment().threads());
    Copies copies = new Copies(name, names, shared.environment().clock());
    Member.Settings settings =
        new Member.Settings(
            shared.process(), shared.metadataMax(), clients.config().requestTime());
    consumption =
        new Consumption(
            name,
            shared.environment(),
            clients.config().graceTime(),
            owner -> new Member(clients.member(names.group(name)), name, settings, owner),
            consumption ->
                new Settler(
                    consumption,
                    transactions,
                    copies,
                    clients.config().attemptMarks(),
                    this::count));
    consumption.start();
  }

  String name() {
    return name;
  }

  private void count(Settlement settlement) {
    if (settlement instanceof Settlement.Ack) {
      succeeded.incrementAndGet();
    } else if (settlement instanceof Settlement.Discard) {
      cancelled.incrementAndGet();
    }
  }

  void purged(int count) {
    purged.addAndGet(count);
  }

  Subscription subscribe(SubscribeOptions options, Sink sink) {
    KafkaSubscription subscription = new KafkaSubscription(consumption, options, sink);
    consumption.execute(() -> consumption.add(subscription));
    return subscription;
  }

  long succeededCount() {
    return succeeded.get();
  }

  long cancelledCount() {
    return cancelled.get();
  }

  long purgedCount() {
    return purged.get();
  }

  Consumption consumption() {
    return consumption;
  }

  /** Gives everything back. Blocks until that is done, some seconds at most. */
  void end() {
    consumption.end();
    transactions.end();
  }
}
