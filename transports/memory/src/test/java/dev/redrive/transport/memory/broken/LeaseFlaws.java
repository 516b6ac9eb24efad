// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.Settled;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Defects of leases. */
final class LeaseFlaws {
  private LeaseFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-13", "counts an attempt when a lease ends", CountsLostLeases::new),
        Defect.of("T-14", "answers DONE to a retry that is too late", AcceptsLateRetries::new),
        Defect.of("T-15", "renews by a quarter", RenewsByAQuarter::new),
        Defect.of("T-16", "answers DONE to the same lease twice in a list", SettlesTwice::new),
        Defect.of("T-17", "knows leases by the message's id", KnowsLeasesById::new),
        Defect.of("T-18", "answers in an order of its own", SortsAnswers::new),
        Defect.of("T-83", "times leases by the wall clock", TimesLeasesByTheClock::new));
  }

  private static final class CountsLostLeases extends Flaw {
    private final Held held = new Held();
    private final Set<String> out = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> lost = new ConcurrentHashMap<>();

    @Override
    void reopened() {
      out.clear();
    }

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      held.add(to, messages);
      super.arrive(to, messages);
    }

    @Override
    InMessage arriving(InMessage message) {
      if (!out.add(message.id())) {
        lost.merge(message.id(), 1, Integer::sum);
      }
      int more = lost.getOrDefault(message.id(), 0);
      return Messages.counted(message, message.attempt() + more, message.crashes());
    }

    private void in(Lease lease) {
      held.of(lease).ifPresent(entry -> out.remove(entry.message().id()));
    }

    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      batch.forEach(each -> in(each.lease()));
      return super.settle(by, batch);
    }

    @Override
    CompletionStage<List<Settled>> renew(
        FlawedSubscription by, List<Lease> leases, Duration duration) {
      leases.forEach(this::in);
      return super.renew(by, leases, duration);
    }

    @Override
    void close(FlawedSubscription subscription) {
      out.clear();
      super.close(subscription);
    }
  }

  private static final class AcceptsLateRetries extends Flaw {
    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      boolean isLate =
          by.lease().equals(ticks(3))
              && batch.stream().allMatch(Settlement.Retry.class::isInstance);
      return super.settle(by, batch)
          .thenApply(
              answers -> isLate ? answers.stream().map(answer -> Settled.DONE).toList() : answers);
    }
  }

  private static final class RenewsByAQuarter extends Flaw {
    @Override
    CompletionStage<List<Settled>> renew(
        FlawedSubscription by, List<Lease> leases, Duration duration) {
      return super.renew(by, leases, duration.dividedBy(4));
    }
  }

  private static final class SettlesTwice extends Flaw {
    @Override
    CompletionStage<List<Settled>> settle(FlawedSubscription by, List<Settlement> batch) {
      List<Settled> answers = new ArrayList<>(result(super.settle(by, batch)));
      Set<Lease> settled = new HashSet<>();
      for (int i = 0; i < batch.size(); i++) {
        if (!settled.add(batch.get(i).lease())) {
          answers.set(i, Settled.DONE);
        }
      }
      return done(answers);
    }
  }

  private static final class KnowsLeasesById extends Flaw {
    private final Held ever = new Held();
    private final Map<String, Lease> current = new ConcurrentHashMap<>();
    private final Set<FlawedSubscription> fresh = ConcurrentHashMap.newKeySet();

    @Override
    void reopened() {
      current.clear();
      fresh.clear();
    }

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      fresh.add(to);
      ever.add(to, messages);
      messages.forEach(message -> current.put(message.id(), message.lease()));
      super.arrive(to, messages);
    }

    @Override
    Settlement settling(Settlement settlement) {
      Optional<Lease> known =
          ever.of(settlement.lease())
              .filter(entry -> !fresh.contains(entry.by()))
              .map(entry -> current.get(entry.message().id()));
      return known.isPresent() ? new Settlement.Ack(known.get()) : settlement;
    }
  }

  private static final class SortsAnswers extends Flaw {
    @Override
    CompletionStage<List<Settled>> begin(FlawedSubscription by, List<Lease> leases) {
      return super.begin(by, leases).thenApply(answers -> answers.stream().sorted().toList());
    }
  }

  private static final class TimesLeasesByTheClock extends Flaw {
    private final Instant start = now();

    @Override
    Environment environment(Environment sound) {
      Timers byClock =
          new Timers() {
            @Override
            public Timer at(Instant when, Runnable action) {
              return sound.timers().at(when, action);
            }

            @Override
            public Timer after(Duration delay, Runnable action) {
              return at(now().plus(delay), action);
            }

            @Override
            public long nanoTime() {
              return Duration.between(start, now()).toNanos();
            }
          };
      return new Environment(
          sound.clock(), byClock, sound.random(), sound.executor(), sound.threads());
    }
  }
}
