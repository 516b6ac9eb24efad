// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Defects of counting attempts. */
final class AttemptFlaws {
  private AttemptFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-19", "forgets the crash of a first attempt", ForgetsACrash::new),
        // One looks at a message that did not begin, the other at what is counted after a crash.
        Defect.of("T-20", "takes the hand-over for the beginning", BeginsAtOnce::new)
            .alsoSeenBy("T-60", "T-66"),
        Defect.of("T-21", "counts each beginning", CountsBeginnings::new),
        Defect.of("T-22", "does not count beyond 16", StopsAtSixteen::new),
        // Both defer a message that began, and look at what is counted.
        Defect.of("T-23", "counts a deferral of what began", CountsDeferrals::new)
            .alsoSeenBy("T-29", "T-64"),
        Defect.of("T-24", "forgets crashes at a retry", ForgetsCrashesAtRetry::new));
  }

  private static final class ForgetsACrash extends Flaw {
    @Override
    InMessage arriving(InMessage message) {
      return message.attempt() == 2 && message.crashes() == 1
          ? Messages.counted(message, 1, 0)
          : message;
    }
  }

  private static final class BeginsAtOnce extends Flaw {
    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      result(to.inner().begin(messages.stream().map(InMessage::lease).toList()));
      super.arrive(to, messages);
    }
  }

  private static final class CountsBeginnings extends Flaw {
    private final Held held = new Held();
    private final Set<Lease> begun =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    private final Map<String, Integer> more = new ConcurrentHashMap<>();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    InMessage arriving(InMessage message) {
      int attempt = message.attempt() + more.getOrDefault(message.id(), 0);
      return Messages.counted(message, attempt, message.crashes());
    }

    @Override
    CompletionStage<List<Settled>> begin(FlawedSubscription by, List<Lease> leases) {
      List<Settled> answers = result(super.begin(by, leases));
      for (int i = 0; i < leases.size(); i++) {
        if (answers.get(i) == Settled.DONE && !begun.add(leases.get(i))) {
          held.of(leases.get(i))
              .ifPresent(entry -> more.merge(entry.message().id(), 1, Integer::sum));
        }
      }
      return done(answers);
    }
  }

  private static final class StopsAtSixteen extends Flaw {
    @Override
    InMessage arriving(InMessage message) {
      return Messages.counted(message, Math.min(16, message.attempt()), message.crashes());
    }
  }

  private static final class CountsDeferrals extends Flaw {
    private final Set<Lease> begun =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    @Override
    CompletionStage<List<Settled>> begin(FlawedSubscription by, List<Lease> leases) {
      begun.addAll(leases);
      return super.begin(by, leases);
    }

    @Override
    Settlement settling(Settlement settlement) {
      return settlement instanceof Settlement.Defer defer && begun.contains(defer.lease())
          ? new Settlement.Retry(defer.lease(), defer.dueAt(), Map.of())
          : settlement;
    }
  }

  private static final class ForgetsCrashesAtRetry extends Flaw {
    private final Held held = new Held();
    private final Map<String, Integer> forgotten = new ConcurrentHashMap<>();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    InMessage arriving(InMessage message) {
      int crashes = message.crashes() - forgotten.getOrDefault(message.id(), 0);
      return Messages.counted(message, message.attempt(), crashes);
    }

    @Override
    Settlement settling(Settlement settlement) {
      if (settlement instanceof Settlement.Retry) {
        held.of(settlement.lease())
            .ifPresent(entry -> forgotten.put(entry.message().id(), entry.message().crashes()));
      }
      return settlement;
    }
  }
}
