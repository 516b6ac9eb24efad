// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.DeadLetterFilter;
import dev.redrive.MessageState;
import dev.redrive.QueueStats;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Defects of publishing. */
final class PublishFlaws {
  private PublishFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-1", "answers at most 50 messages of a batch", AnswersFifty::new),
        Defect.of("T-2", "takes the hand-over for the due time", DueWhenHandedOver::new),
        Defect.of("T-3", "cuts bodies at 64 KiB", CutsBodies::new),
        Defect.of("T-4", "restarts without what nobody has asked for", LosesTheUnasked::new),
        Defect.of("T-5", "empties the dead letters when provisioned again", ProvisionsAfresh::new)
            .alsoSeenBy("T-87"),
        Defect.of("T-6", "has one memory of ids for all queues", SharesIds::new),
        Defect.of("T-7", "creates what it does not know", CreatesQueues::new));
  }

  private static final class AnswersFifty extends Flaw {
    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      return super.publish(queue, batch)
          .thenApply(results -> results.subList(0, Math.min(50, results.size())));
    }
  }

  private static final class DueWhenHandedOver extends Flaw {
    @Override
    InMessage arriving(InMessage message) {
      return Messages.timed(message, now(), message.firstSeen());
    }
  }

  private static final class CutsBodies extends Flaw {
    @Override
    InMessage arriving(InMessage message) {
      byte[] body = message.body();
      return Messages.carrying(
          message, message.headers(), Arrays.copyOf(body, Math.min(body.length, 65_536)));
    }
  }

  private static final class LosesTheUnasked extends Flaw {
    private final Map<String, String> unasked = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      batch.forEach(message -> unasked.put(message.id(), queue));
      return super.publish(queue, batch);
    }

    @Override
    public Subscription subscribe(String queue, SubscribeOptions options, Sink sink) {
      unasked.clear();
      return super.subscribe(queue, options, sink);
    }

    @Override
    void restarting() {
      unasked.forEach((id, queue) -> result(inner().cancel(queue, id)));
    }
  }

  private static final class ProvisionsAfresh extends Flaw {
    private final Set<String> known = new HashSet<>();

    @Override
    void reopened() {
      known.clear();
    }

    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      if (!known.add(queue.name())) {
        result(inner().deadLetters(queue.name()).purge(DeadLetterFilter.all(), 10_000));
      }
      return super.provision(queue);
    }
  }

  private static final class SharesIds extends Flaw {
    private final Map<String, String> queues = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      List<OutMessage> known = new ArrayList<>();
      for (OutMessage message : batch) {
        if (!queues.computeIfAbsent(message.id(), id -> queue).equals(queue)) {
          known.add(message);
        }
      }
      return known.isEmpty()
          ? super.publish(queue, batch)
          : done(List.of(new PublishResult.Duplicate(MessageState.READY, now())));
    }
  }

  private static final class CreatesQueues extends Flaw {
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      known.add(queue.name());
      return super.provision(queue);
    }

    private void create(String queue) {
      if (known.add(queue)) {
        result(inner().provision(new QueueSpec(queue, false, OptionalLong.empty(), ticks(6))));
      }
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      create(queue);
      return super.publish(queue, batch);
    }

    @Override
    public CompletionStage<QueueStats> stats(String queue) {
      create(queue);
      return super.stats(queue);
    }
  }
}
