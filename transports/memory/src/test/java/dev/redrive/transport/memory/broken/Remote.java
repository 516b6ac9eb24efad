// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A sound transport with a connection that can be cut: what the other end had leased to it is given
 * back there, and when the connection is back it asks again for what it was asked for.
 */
class Remote extends Flaw {
  private final Map<FlawedSubscription, Integer> open = new ConcurrentHashMap<>();
  private final List<Consumer<TransportState>> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean isCut;

  @Override
  void reopened() {
    open.clear();
    listeners.clear();
  }

  @Override
  boolean cut() {
    isCut = true;
    open.keySet().forEach(subscription -> subscription.inner().close());
    tell(TransportState.DOWN);
    return true;
  }

  @Override
  void heal() {
    isCut = false;
    open.forEach(this::subscribeAgain);
    tell(TransportState.UP);
  }

  void subscribeAgain(FlawedSubscription subscription, int credit) {
    subscription.subscribeAgain();
    if (credit > 0) {
      subscription.inner().request(credit);
    }
  }

  private void tell(TransportState state) {
    listeners.forEach(listener -> time().execute(() -> listener.accept(state)));
  }

  private static <T> CompletionStage<T> cutOff() {
    return CompletableFuture.failedStage(new TransportException("cut off from the server"));
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    listeners.add(listener);
    TransportState present = isCut ? TransportState.DOWN : TransportState.UP;
    time().execute(() -> listener.accept(present));
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    return isCut ? cutOff() : super.publish(queue, batch);
  }

  @Override
  public CompletionStage<QueueStats> stats(String queue) {
    return isCut ? cutOff() : super.stats(queue);
  }

  @Override
  public Subscription subscribe(String queue, SubscribeOptions options, Sink sink) {
    FlawedSubscription subscription = new FlawedSubscription(this, queue, options, sink);
    open.put(subscription, 0);
    return subscription;
  }

  @Override
  void request(FlawedSubscription by, int n) {
    open.computeIfPresent(by, (subscription, credit) -> credit + n);
    if (!isCut) {
      super.request(by, n);
    }
  }

  @Override
  void arrive(FlawedSubscription to, List<InMessage> messages) {
    open.computeIfPresent(to, (subscription, credit) -> credit - messages.size());
    super.arrive(to, messages);
  }

  private static CompletionStage<List<Settled>> unknown(List<?> asked) {
    return done(asked.stream().map(each -> Settled.UNKNOWN).toList());
  }

  @Override
  CompletionStage<List<Settled>> begin(FlawedSubscription by, List<Lease> leases) {
    return isCut ? unknown(leases) : super.begin(by, leases);
  }

  @Override
  CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
    return isCut ? unknown(batch) : super.settle(by, batch);
  }

  @Override
  CompletionStage<List<Settled>> renew(
      FlawedSubscription by, List<Lease> leases, Duration duration) {
    return isCut ? unknown(leases) : super.renew(by, leases, duration);
  }

  @Override
  CompletionStage<Void> drain(FlawedSubscription subscription) {
    open.remove(subscription);
    return super.drain(subscription);
  }

  @Override
  void close(FlawedSubscription subscription) {
    open.remove(subscription);
    super.close(subscription);
  }
}
