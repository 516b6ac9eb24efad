// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capabilities.Durability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * What transports without a capability could do instead of refusing: nothing, and say nothing. The
 * first of the rules must notice, and others may.
 */
final class SilentFlaws {
  private SilentFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-36", "takes an ordered queue for one without order", IgnoresOrder::new)
            .alsoSeenBy(everyRuleOfOrder()),
        Defect.of("T-67", "takes a limit and does not keep it", IgnoresLimits::new)
            .alsoSeenBy("T-68"),
        Defect.of("T-15", "says that it renewed", IgnoresRenewal::new),
        Defect.of("T-60", "finds and cancels nothing", FindsNothing::new)
            .alsoSeenBy("T-61", "T-62", "T-63"),
        Defect.of("T-43", "drops duplicates without saying so", DropsDuplicates::new)
            .alsoSeenBy("T-44", "T-45", "T-46", "T-47", "T-78"),
        Defect.of("T-19", "counts crashes though it says it cannot", CountsCrashes::new),
        Defect.of("T-64", "has counts below zero", CountsBelowZero::new)
            .alsoSeenBy(everyRuleThatCounts()),
        Defect.of("T-4", "keeps what it says ends with the process", KeepsEverything::new)
            .alsoSeenBy(everyRuleOfAnEnd()));
  }

  private static String[] everyRuleOfOrder() {
    return new String[] {"T-37", "T-38", "T-39", "T-40", "T-41", "T-84", "T-85", "T-86", "T-87"};
  }

  private static String[] everyRuleThatCounts() {
    return IntStream.rangeClosed(1, 87).mapToObj(rule -> "T-" + rule).toArray(String[]::new);
  }

  private static String[] everyRuleOfAnEnd() {
    return new String[] {
      "T-17", "T-19", "T-20", "T-29", "T-33", "T-41", "T-47", "T-52", "T-57", "T-59", "T-63",
      "T-66", "T-74", "T-86"
    };
  }

  private static final class IgnoresOrder extends Limited {
    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      return super.provision(
          new QueueSpec(queue.name(), false, queue.maxWaiting(), queue.dedupWindow()));
    }
  }

  private static final class IgnoresLimits extends Limited {
    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      return super.provision(
          new QueueSpec(
              queue.name(),
              queue.isOrdered(),
              queue.successors(),
              OptionalLong.empty(),
              queue.dedupWindow()));
    }
  }

  private static final class IgnoresRenewal extends Limited {
    @Override
    CompletionStage<List<Settled>> renew(
        FlawedSubscription by, List<Lease> leases, Duration duration) {
      return done(leases.stream().map(lease -> Settled.DONE).toList());
    }
  }

  private static final class FindsNothing extends Limited {
    @Override
    public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
      return done(Optional.empty());
    }

    @Override
    public CompletionStage<Boolean> cancel(String queue, String id) {
      return done(false);
    }
  }

  private static final class DropsDuplicates extends Limited {
    @Override
    boolean isAccepted(OutMessage message, PublishResult.Duplicate duplicate) {
      return false;
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      PublishResult accepted = PublishResult.Accepted.INSTANCE;
      return super.publish(queue, batch)
          .thenApply(results -> results.stream().map(result -> accepted).toList());
    }
  }

  private static final class CountsCrashes extends Limited {
    @Override
    InMessage arriving(InMessage message) {
      return Messages.original(message);
    }
  }

  private static final class CountsBelowZero extends Limited {
    @Override
    QueueStats counted(QueueStats stats) {
      return new QueueStats(0, -1, 0, 0, 0, 0, 0, 0, Optional.empty());
    }
  }

  private static final class KeepsEverything extends Flaw {
    @Override
    public Capabilities capabilities() {
      Capabilities sound = super.capabilities();
      return new Capabilities(
          Durability.PROCESS,
          sound.retryMove(),
          sound.deadMove(),
          sound.minDelay(),
          sound.maxDelay(),
          sound.granularity(),
          sound.features());
    }
  }
}
