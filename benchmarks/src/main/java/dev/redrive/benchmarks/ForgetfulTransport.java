// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportState;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Accepts everything and stores nothing: what is left of a send is the way there. */
final class ForgetfulTransport implements Transport {

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        Capabilities.Durability.PROCESS,
        Capabilities.Move.ATOMIC,
        Capabilities.Move.ATOMIC,
        Duration.ZERO,
        Duration.ofDays(365),
        Duration.ofMillis(1),
        EnumSet.allOf(Capability.class));
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec queue) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    return CompletableFuture.completedFuture(
        Collections.nCopies(batch.size(), PublishResult.Accepted.INSTANCE));
  }

  @Override
  public Subscription subscribe(String queue, SubscribeOptions options, Sink sink) {
    return new Idle();
  }

  @Override
  public DeadLetters deadLetters(String queue) {
    return new NoDeadLetters();
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return CompletableFuture.completedFuture(false);
  }

  @Override
  public CompletionStage<QueueStats> stats(String queue) {
    return CompletableFuture.completedFuture(
        new QueueStats(0, 0, 0, 0, 0, 0, 0, 0, Optional.empty()));
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    listener.accept(TransportState.UP);
  }

  @Override
  public void close() {
    // Holds nothing.
  }

  private static final class Idle implements Subscription {
    @Override
    public void request(int n) {
      // Nothing ever comes.
    }

    @Override
    public CompletionStage<List<Settled>> begin(List<Lease> leases) {
      return stale(leases);
    }

    @Override
    public CompletionStage<List<Settled>> settle(List<Settlement> batch) {
      return stale(batch);
    }

    @Override
    public CompletionStage<List<Settled>> renew(List<Lease> leases, Duration by) {
      return stale(leases);
    }

    private static CompletionStage<List<Settled>> stale(List<?> asked) {
      return CompletableFuture.completedFuture(Collections.nCopies(asked.size(), Settled.STALE));
    }

    @Override
    public CompletionStage<Void> drain() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }

  private static final class NoDeadLetters implements DeadLetters {
    @Override
    public CompletionStage<Long> count(DeadLetterFilter filter) {
      return CompletableFuture.completedFuture(0L);
    }

    @Override
    public CompletionStage<DeadLetterPage> browse(
        DeadLetterFilter filter, Optional<String> cursor, int limit) {
      return CompletableFuture.completedFuture(new DeadLetterPage(List.of(), Optional.empty()));
    }

    @Override
    public CompletionStage<Optional<dev.redrive.DeadLetter>> find(String id) {
      return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
      return CompletableFuture.completedFuture(0);
    }

    @Override
    public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
      return CompletableFuture.completedFuture(0);
    }
  }
}
