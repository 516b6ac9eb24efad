// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportState;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.memory.MemoryTransport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A transport around a sound one, which it lives longer than: over restarts and crashes of the
 * sound one it is the same. This one changes nothing; each defect overrides what it breaks.
 */
class Flaw implements Transport {
  private final VirtualTime time = new VirtualTime();
  private Optional<MemoryTransport> inner = Optional.empty();
  private int openings;

  final VirtualTime time() {
    return time;
  }

  final Instant now() {
    return time.instant();
  }

  /** As the contract counts, on virtual time. */
  static Duration ticks(double n) {
    return Duration.ofMillis((long) (10_000 * n));
  }

  final MemoryTransport inner() {
    return inner.orElseThrow();
  }

  /** True once there was a restart or a crash. */
  final boolean isReopened() {
    return openings > 1;
  }

  final void opened(MemoryTransport opened) {
    inner = Optional.of(opened);
    openings++;
    reopened();
  }

  /** For what has to be forgotten when the transport is opened. */
  void reopened() {}

  /** For what has to happen before a crash. */
  void crashing() {}

  /** For what has to happen before a restart. */
  void restarting() {}

  boolean cut() {
    return false;
  }

  void heal() {}

  /** The environment of the sound transport. */
  Environment environment(Environment sound) {
    return sound;
  }

  static <T> T result(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  static <T> CompletionStage<T> done(T result) {
    return CompletableFuture.completedStage(result);
  }

  @Override
  public Capabilities capabilities() {
    return inner().capabilities();
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec queue) {
    return inner().provision(queue);
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    return inner().publish(queue, batch);
  }

  @Override
  public Subscription subscribe(String queue, SubscribeOptions options, Sink sink) {
    return new FlawedSubscription(this, queue, options, sink);
  }

  /** A message arrives for a subscription. */
  void arrive(FlawedSubscription to, List<InMessage> messages) {
    to.sink().accept(messages.stream().map(this::arriving).toList());
  }

  InMessage arriving(InMessage message) {
    return message;
  }

  void request(FlawedSubscription by, int n) {
    by.inner().request(n);
  }

  CompletionStage<List<Settled>> begin(FlawedSubscription by, List<Lease> leases) {
    return by.inner().begin(leases);
  }

  CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
    return by.inner().settle(batch.stream().map(this::settling).toList());
  }

  Settlement settling(Settlement settlement) {
    return settlement;
  }

  CompletionStage<List<Settled>> renew(
      FlawedSubscription by, List<Lease> leases, Duration duration) {
    return by.inner().renew(leases, duration);
  }

  CompletionStage<Void> drain(FlawedSubscription subscription) {
    return subscription.inner().drain();
  }

  void close(FlawedSubscription subscription) {
    subscription.inner().close();
  }

  @Override
  public DeadLetters deadLetters(String queue) {
    return inner().deadLetters(queue);
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return inner().find(queue, id);
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return inner().cancel(queue, id);
  }

  @Override
  public CompletionStage<QueueStats> stats(String queue) {
    return inner().stats(queue).thenApply(this::counted);
  }

  QueueStats counted(QueueStats stats) {
    return stats;
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    inner().onState(listener);
  }

  @Override
  public void close() {
    inner().close();
  }
}
