// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.QueueStats;
import dev.redrive.SendRefusedException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Defects of counts and limits. */
final class CountFlaws {
  private CountFlaws() {}

  static List<Defect> all() {
    return List.of(
        // The other one has many messages leased when it counts.
        Defect.of("T-64", "counts four that run at most", CountsFour::new).alsoSeenBy("T-80"),
        Defect.of("T-65", "takes what is not due for old", SeesAge::new),
        Defect.of("T-66", "forgets what was retried when opened again", ForgetsRetries::new),
        Defect.of("T-67", "looks at its limit once a batch", LooksOnce::new),
        Defect.of("T-68", "keeps its first limit", KeepsItsLimit::new));
  }

  private static QueueStats with(
      QueueStats stats, long retrying, long running, Optional<Instant> oldestDueAt) {
    return new QueueStats(
        stats.sent(),
        stats.waiting(),
        retrying,
        running,
        stats.succeeded(),
        stats.dead(),
        stats.purged(),
        stats.cancelled(),
        oldestDueAt);
  }

  private static final class CountsFour extends Flaw {
    @Override
    QueueStats counted(QueueStats stats) {
      return with(stats, stats.retrying(), Math.min(4, stats.running()), stats.oldestDueAt());
    }
  }

  private static final class SeesAge extends Flaw {
    @Override
    QueueStats counted(QueueStats stats) {
      Optional<Instant> oldest =
          stats.waiting() > 0 ? stats.oldestDueAt().or(() -> Optional.of(now())) : Optional.empty();
      return with(stats, stats.retrying(), stats.running(), oldest);
    }
  }

  private static final class ForgetsRetries extends Flaw {
    @Override
    QueueStats counted(QueueStats stats) {
      long retrying = isReopened() ? 0 : stats.retrying();
      return with(stats, retrying, stats.running(), stats.oldestDueAt());
    }
  }

  private static final class LooksOnce extends Flaw {
    private final Map<String, OptionalLong> limits = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      limits.put(queue.name(), queue.maxWaiting());
      return super.provision(
          new QueueSpec(
              queue.name(),
              queue.isOrdered(),
              queue.successors(),
              OptionalLong.empty(),
              queue.dedupWindow()));
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      OptionalLong limit = limits.getOrDefault(queue, OptionalLong.empty());
      if (limit.isEmpty() || result(stats(queue)).waiting() < limit.getAsLong()) {
        return super.publish(queue, batch);
      }
      PublishResult refused =
          new PublishResult.Refused(SendRefusedException.Cause.OVERFLOW, "the queue is full");
      return done(batch.stream().map(message -> refused).toList());
    }
  }

  private static final class KeepsItsLimit extends Flaw {
    private final Map<String, OptionalLong> limits = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      OptionalLong first = limits.computeIfAbsent(queue.name(), name -> queue.maxWaiting());
      return super.provision(
          new QueueSpec(
              queue.name(), queue.isOrdered(), queue.successors(), first, queue.dedupWindow()));
    }
  }
}
