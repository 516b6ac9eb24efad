// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A consumer of a queue. All of one process share the partitions that the process has, so that what
 * is in hand goes to whoever has asked for it. What changes anything happens on the queue's thread.
 */
final class KafkaSubscription implements Subscription {
  private static final long CLOSE_SECONDS = 15;

  private final Consumption consumption;
  private final long leaseNanos;
  private final Sink sink;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  // Used by the queue's thread alone.
  private long credit;
  private boolean isDraining;

  KafkaSubscription(Consumption consumption, SubscribeOptions options, Sink sink) {
    this.consumption = consumption;
    this.leaseNanos = nanos(options.lease());
    this.sink = sink;
  }

  // A lease of centuries is as good as one without an end.
  private static long nanos(Duration time) {
    return time.toDays() > 36_500 ? Long.MAX_VALUE / 2 : time.toNanos();
  }

  @Override
  public void request(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("request at least one message, not " + n);
    }
    consumption
        .thread()
        .execute(
            () -> {
              if (!isDraining) {
                credit += n;
              }
            });
  }

  /** How many messages it has asked for that have not come. Called on the queue's thread. */
  long credit() {
    return credit;
  }

  /** How long it may keep a message. */
  long leaseNanos() {
    return leaseNanos;
  }

  /** Hands over what it has asked for. Called on the queue's thread. */
  void handOver(List<InMessage> messages) {
    credit -= messages.size();
    sink.accept(messages);
  }

  @Override
  public CompletionStage<List<Settled>> begin(List<Lease> leases) {
    Settler settler = consumption.settler();
    return settler.marksAttempts()
        ? answered(leases.size(), () -> settler.begin(this, leases))
        : CompletableFuture.completedStage(beginUnmarked(leases));
  }

  // Nothing is to be written down, so no attempt need wait for the queue's thread.
  private List<Settled> beginUnmarked(List<Lease> leases) {
    return leases.stream()
        .map(lease -> consumption.held(this, lease))
        .map(held -> held.filter(lease -> !lease.holding().isGivenAway()))
        .map(held -> held.isPresent() ? Settled.DONE : Settled.STALE)
        .toList();
  }

  @Override
  public CompletionStage<List<Settled>> settle(List<Settlement> batch) {
    return answered(batch.size(), () -> consumption.settler().settle(this, batch));
  }

  @Override
  public CompletionStage<List<Settled>> renew(List<Lease> leases, Duration by) {
    return answered(
        leases.size(),
        () -> CompletableFuture.completedStage(consumption.renew(this, leases, nanos(by))));
  }

  /** Asks on the queue's thread; after its end, every lease is lost. */
  private CompletionStage<List<Settled>> answered(
      int count, Supplier<CompletionStage<List<Settled>>> question) {
    CompletableFuture<List<Settled>> answer = new CompletableFuture<>();
    boolean isTaken =
        consumption
            .thread()
            .offer(
                () ->
                    question
                        .get()
                        .whenComplete(
                            (settled, failure) -> {
                              if (failure == null) {
                                answer.complete(settled);
                              } else {
                                answer.completeExceptionally(failure);
                              }
                            }));
    return isTaken
        ? answer
        : CompletableFuture.completedStage(Collections.nCopies(count, Settled.STALE));
  }

  @Override
  public CompletionStage<Void> drain() {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    boolean isTaken =
        consumption
            .thread()
            .offer(
                () -> {
                  stop();
                  drained.complete(null);
                });
    return isTaken ? drained : CompletableFuture.completedStage(null);
  }

  /** It gets nothing more. Called on the queue's thread. */
  void stop() {
    isDraining = true;
    credit = 0;
  }

  @Override
  public void close() {
    boolean isTaken =
        consumption
            .thread()
            .offer(
                () -> {
                  stop();
                  consumption.remove(this);
                  closed.complete(null);
                });
    if (!isTaken || consumption.thread().isHere()) {
      return;
    }
    try {
      closed.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    } catch (TimeoutException late) {
      // Without the cluster nothing can be given back; its members' session ends by itself.
      consumption.tellLate();
    }
  }
}
