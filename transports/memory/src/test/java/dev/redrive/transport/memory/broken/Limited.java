// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.transport.memory.broken.DeduplicationFlaws.CopyingFlaw;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A sound transport that can do only what every transport can, and refuses the rest. */
class Limited extends CopyingFlaw {

  private static <T> CompletionStage<T> refused(String what) {
    return CompletableFuture.failedStage(
        new UnsupportedCapabilityException("this transport has no " + what));
  }

  @Override
  public Capabilities capabilities() {
    Capabilities all = super.capabilities();
    return new Capabilities(
        all.durability(),
        all.retryMove(),
        all.deadMove(),
        all.minDelay(),
        ticks(50),
        all.granularity(),
        Set.of());
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec queue) {
    if (queue.isOrdered()) {
      return refused("order");
    }
    return queue.maxWaiting().isPresent() ? refused("limits") : super.provision(queue);
  }

  @Override
  boolean isAccepted(OutMessage message, PublishResult.Duplicate duplicate) {
    return true;
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    // A batch of its own each, so that what comes twice within one is stored twice.
    return batch.size() > 1
        ? done(batch.stream().map(each -> result(publish(queue, List.of(each))).get(0)).toList())
        : super.publish(queue, batch);
  }

  @Override
  InMessage arriving(InMessage message) {
    InMessage original = super.arriving(message);
    return Messages.counted(original, original.attempt() - original.crashes(), 0);
  }

  @Override
  CompletionStage<List<Settled>> renew(
      FlawedSubscription by, List<Lease> leases, Duration duration) {
    return refused("renewal");
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return refused("finding");
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return refused("cancelling");
  }

  @Override
  QueueStats counted(QueueStats stats) {
    return new QueueStats(0, stats.waiting() / 2, 0, 0, 0, 0, 0, 0, Optional.empty());
  }
}
