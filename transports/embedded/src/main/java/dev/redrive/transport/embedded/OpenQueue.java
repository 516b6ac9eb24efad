// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Sink;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A queue and all that works on it. Thread-safe. */
final class OpenQueue {
  private final QueueState state;
  private final Services services;
  private final Publisher publisher;
  private final StatusReader status;
  private final EmbeddedDeadLetters deadLetters;
  private final Sweeper sweeper;
  private final List<EmbeddedSubscription> subscriptions = new CopyOnWriteArrayList<>();

  OpenQueue(QueueState state, Services services, Limits limits) {
    this.state = state;
    this.services = services;
    this.publisher = new Publisher(state, services, limits);
    this.status = new StatusReader(state, services);
    this.deadLetters = new EmbeddedDeadLetters(state, services);
    this.sweeper = new Sweeper(state, services);
  }

  QueueState state() {
    return state;
  }

  Publisher publisher() {
    return publisher;
  }

  StatusReader status() {
    return status;
  }

  EmbeddedDeadLetters deadLetters() {
    return deadLetters;
  }

  Sweeper sweeper() {
    return sweeper;
  }

  EmbeddedSubscription subscribe(Duration lease, Sink sink) {
    EmbeddedSubscription subscription =
        new EmbeddedSubscription(state, services, lease, sink, subscriptions::remove);
    subscriptions.add(subscription);
    state.leases().subscribe(subscription);
    return subscription;
  }

  void closeSubscriptions() {
    subscriptions.forEach(EmbeddedSubscription::close);
  }
}
