// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Defects of settling. */
final class SettleFlaws {
  private SettleFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-25", "hands over again when the lease would have ended", HandsOverAgain::new),
        Defect.of("T-26", "keeps the headers of the last retry alone", KeepsTheLastHeaders::new),
        Defect.of("T-27", "cuts failures at 1,000 characters", CutsFailures::new),
        Defect.of("T-28", "counts what is discarded after it began as a success", Praises::new),
        Defect.of("T-29", "loses a retry's headers in a crash", LosesHeaders::new));
  }

  private static final class HandsOverAgain extends Flaw {
    private final Held held = new Held();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      List<Settled> answers = result(super.settle(by, batch));
      for (int i = 0; i < batch.size(); i++) {
        if (batch.get(i) instanceof Settlement.Ack ack && answers.get(i) == Settled.DONE) {
          held.of(ack.lease())
              .ifPresent(
                  entry ->
                      time()
                          .at(
                              now().plus(by.lease()),
                              () -> by.sink().accept(List.of(entry.message()))));
        }
      }
      return done(answers);
    }
  }

  private static final class KeepsTheLastHeaders extends Flaw {
    private final Held held = new Held();
    private final Map<String, Map<String, String>> last = new ConcurrentHashMap<>();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    InMessage arriving(InMessage message) {
      if (!last.containsKey(message.id())) {
        return message;
      }
      Map<String, String> headers = new HashMap<>(message.headers());
      headers.keySet().removeIf(name -> name.startsWith("redrive-"));
      headers.putAll(last.getOrDefault(message.id(), Map.of()));
      return Messages.carrying(message, headers, message.body());
    }

    @Override
    Settlement settling(Settlement settlement) {
      held.of(settlement.lease())
          .ifPresent(
              entry -> {
                last.remove(entry.message().id());
                if (settlement instanceof Settlement.Retry retry) {
                  last.put(entry.message().id(), retry.headers());
                }
              });
      return settlement;
    }
  }

  private static final class CutsFailures extends Flaw {
    @Override
    Settlement settling(Settlement settlement) {
      return settlement instanceof Settlement.Dead dead && dead.failure().length() > 1_000
          ? new Settlement.Dead(
              dead.lease(),
              dead.reason(),
              dead.failure().substring(0, 1_000),
              dead.fingerprint(),
              dead.attempts(),
              dead.headers())
          : settlement;
    }
  }

  private static final class Praises extends Flaw {
    private final Set<Lease> begun =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    @Override
    CompletionStage<List<Settled>> begin(FlawedSubscription by, List<Lease> leases) {
      begun.addAll(leases);
      return super.begin(by, leases);
    }

    @Override
    Settlement settling(Settlement settlement) {
      return settlement instanceof Settlement.Discard && begun.contains(settlement.lease())
          ? new Settlement.Ack(settlement.lease())
          : settlement;
    }
  }

  private static final class LosesHeaders extends Flaw {
    private final Set<String> added = ConcurrentHashMap.newKeySet();
    private boolean isLost;

    @Override
    void crashing() {
      isLost = true;
    }

    @Override
    Settlement settling(Settlement settlement) {
      if (settlement instanceof Settlement.Retry retry) {
        added.addAll(retry.headers().keySet());
      }
      return settlement;
    }

    @Override
    InMessage arriving(InMessage message) {
      Map<String, String> headers = new HashMap<>(message.headers());
      if (isLost) {
        headers.keySet().removeAll(added);
      }
      return Messages.carrying(message, headers, message.body());
    }
  }
}
