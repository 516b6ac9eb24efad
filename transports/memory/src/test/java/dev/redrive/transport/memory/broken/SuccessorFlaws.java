// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.Successors;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.QueueSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Defects of queues whose lines go on behind the dead. */
final class SuccessorFlaws {
  private SuccessorFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-84", "lets a retried one be overtaken as well", HasNoLines::new)
            .alsoSeenBy("T-85", "T-86", "T-87"),
        Defect.of("T-85", "replays past those that went on", ReplaysAtOnce::new),
        Defect.of("T-86", "waits when opened again", WaitsWhenOpenedAgain::new),
        Defect.of("T-87", "keeps to the first spec", KeepsToTheFirst::new));
  }

  private static QueueSpec with(QueueSpec queue, Successors successors) {
    return new QueueSpec(
        queue.name(), queue.isOrdered(), successors, queue.maxWaiting(), queue.dedupWindow());
  }

  private static final class HasNoLines extends Flaw {
    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      return super.provision(
          queue.goesOn()
              ? new QueueSpec(queue.name(), false, queue.maxWaiting(), queue.dedupWindow())
              : queue);
    }
  }

  private static final class ReplaysAtOnce extends Flaw {
    private final Set<String> goingOn = ConcurrentHashMap.newKeySet();
    private final AtomicInteger copies = new AtomicInteger();

    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      if (queue.goesOn()) {
        goingOn.add(queue.name());
      }
      return super.provision(queue);
    }

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
          if (!goingOn.contains(queue) || max > 1 || letters.isEmpty()) {
            return super.replay(filter, max);
          }
          DeadLetter letter = letters.get(0);
          OutMessage sent =
              new OutMessage(letter.id(), true, "", now(), letter.headers(), letter.body());
          result(
              ReplaysAtOnce.this
                  .inner()
                  .publish(queue, List.of(Messages.copy(sent, copies.incrementAndGet()))));
          return super.purge(DeadLetterFilter.ids(Set.of(letter.id())), 1);
        }
      };
    }
  }

  private static final class WaitsWhenOpenedAgain extends Flaw {
    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      return super.provision(isReopened() ? with(queue, Successors.WAIT) : queue);
    }
  }

  private static final class KeepsToTheFirst extends Flaw {
    private final Map<String, Successors> first = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Void> provision(QueueSpec queue) {
      Successors known = first.putIfAbsent(queue.name(), queue.successors());
      return super.provision(known == null ? queue : with(queue, known));
    }
  }
}
