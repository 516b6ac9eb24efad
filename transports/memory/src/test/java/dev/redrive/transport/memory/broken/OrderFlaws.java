// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Defects of order. */
final class OrderFlaws {
  private OrderFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-36", "does not queue what is not due", QueuesTheDue::new),
        Defect.of("T-37", "retries at the end of the line", RetriesAtTheEnd::new),
        Defect.of("T-38", "replays at the end of the line", ReplaysAtTheEnd::new),
        Defect.of("T-39", "keeps what is cancelled in the line", KeepsTheCancelled::new),
        Defect.of("T-40", "takes keys of one length for one key", ComparesLengths::new),
        Defect.of("T-41", "forgets about order when opened again", ForgetsOrder::new)
            .alsoSeenBy("T-86"),
        Defect.of("T-42", "orders everything", OrdersEverything::new));
  }

  /** Knows which queues are ordered. */
  private static class OrderFlaw extends Flaw {
    private final Set<String> ordered = ConcurrentHashMap.newKeySet();

    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      if (queue.isOrdered()) {
        ordered.add(queue.name());
      }
      return super.provision(queue);
    }

    final boolean isOrdered(String queue) {
      return ordered.contains(queue);
    }
  }

  private static final class QueuesTheDue extends OrderFlaw {
    private final AtomicInteger lanes = new AtomicInteger();

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      return super.publish(queue, batch.stream().map(message -> sent(queue, message)).toList());
    }

    private OutMessage sent(String queue, OutMessage message) {
      Duration delay = Duration.between(now(), message.notBefore());
      boolean isLane =
          isOrdered(queue) && delay.compareTo(Duration.ZERO) > 0 && delay.compareTo(ticks(10)) < 0;
      return isLane
          ? Messages.keyed(message, message.key() + "~" + lanes.incrementAndGet())
          : message;
    }

    @Override
    InMessage arriving(InMessage message) {
      return Messages.named(message, message.id(), message.key().replaceFirst("~.*", ""));
    }
  }

  private static final class RetriesAtTheEnd extends OrderFlaw {
    private final Held held = new Held();
    private final AtomicInteger copies = new AtomicInteger();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    InMessage arriving(InMessage message) {
      return Messages.original(message);
    }

    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      if (batch.size() != 1
          || !(batch.get(0) instanceof Settlement.Retry retry)
          || !isOrdered(by.queue())
          || retry.dueAt().isAfter(now().plus(ticks(10)))) {
        return super.settle(by, batch);
      }
      InMessage message = held.of(retry.lease()).orElseThrow().message();
      result(
          inner()
              .publish(
                  by.queue(),
                  List.of(Messages.again(message, retry.dueAt(), copies.incrementAndGet()))));
      return by.inner().settle(List.of(new Settlement.Ack(retry.lease())));
    }
  }

  private static final class ReplaysAtTheEnd extends OrderFlaw {
    private final AtomicInteger copies = new AtomicInteger();

    @Override
    InMessage arriving(InMessage message) {
      return Messages.original(message);
    }

    @Override
    public DeadLetters deadLetters(String queue) {
      return new FlawedDeadLetters(super.deadLetters(queue)) {
        @Override
        public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
          List<DeadLetter> letters = all(filter);
          if (!isOrdered(queue) || max > 1 || letters.isEmpty()) {
            return super.replay(filter, max);
          }
          DeadLetter letter = letters.get(0);
          OutMessage sent =
              new OutMessage(
                  letter.id(),
                  true,
                  letter.key().orElse(""),
                  now(),
                  letter.headers(),
                  letter.body());
          result(
              ReplaysAtTheEnd.this
                  .inner()
                  .publish(queue, List.of(Messages.copy(sent, copies.incrementAndGet()))));
          return super.purge(DeadLetterFilter.ids(Set.of(letter.id())), 1);
        }
      };
    }
  }

  private static final class KeepsTheCancelled extends OrderFlaw {
    @Override
    public CompletionStage<Boolean> cancel(String queue, String id) {
      return isOrdered(queue) ? done(true) : super.cancel(queue, id);
    }
  }

  private static final class ComparesLengths extends OrderFlaw {
    private final Map<String, String> keys = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      if (!isOrdered(queue)) {
        return super.publish(queue, batch);
      }
      batch.forEach(message -> keys.put(message.id(), message.key()));
      return super.publish(
          queue,
          batch.stream()
              .map(message -> Messages.keyed(message, "x".repeat(message.key().length())))
              .toList());
    }

    @Override
    InMessage arriving(InMessage message) {
      return Messages.named(message, message.id(), keys.getOrDefault(message.id(), message.key()));
    }
  }

  private static final class ForgetsOrder extends Flaw {
    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      boolean isOrdered = queue.isOrdered() && !isReopened();
      return super.provision(
          new QueueSpec(
              queue.name(),
              isOrdered,
              queue.successors(),
              queue.maxWaiting(),
              queue.dedupWindow()));
    }
  }

  private static final class OrdersEverything extends Flaw {
    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      return super.provision(
          new QueueSpec(
              queue.name(), true, queue.successors(), queue.maxWaiting(), queue.dedupWindow()));
    }
  }
}
