// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.Settled;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A subscription that asks its flawed transport for everything. */
final class FlawedSubscription implements Subscription {
  private final Flaw flaw;
  private final String queue;
  private final SubscribeOptions options;
  private final Sink sink;
  private Subscription inner;

  FlawedSubscription(Flaw flaw, String queue, SubscribeOptions options, Sink sink) {
    this.flaw = flaw;
    this.queue = queue;
    this.options = options;
    this.sink = sink;
    this.inner = subscribed();
  }

  private Subscription subscribed() {
    return flaw.inner().subscribe(queue, options, messages -> flaw.arrive(this, messages));
  }

  /** Replaces the sound subscription by a new one. */
  void subscribeAgain() {
    inner = subscribed();
  }

  String queue() {
    return queue;
  }

  Duration lease() {
    return options.lease();
  }

  Sink sink() {
    return sink;
  }

  Subscription inner() {
    return inner;
  }

  @Override
  public void request(int n) {
    flaw.request(this, n);
  }

  @Override
  public CompletionStage<List<Settled>> begin(List<Lease> leases) {
    return flaw.begin(this, leases);
  }

  @Override
  public CompletionStage<List<Settled>> settle(List<Settlement> batch) {
    return flaw.settle(this, batch);
  }

  @Override
  public CompletionStage<List<Settled>> renew(List<Lease> leases, Duration by) {
    return flaw.renew(this, leases, by);
  }

  @Override
  public CompletionStage<Void> drain() {
    return flaw.drain(this);
  }

  @Override
  public void close() {
    flaw.close(this);
  }
}
