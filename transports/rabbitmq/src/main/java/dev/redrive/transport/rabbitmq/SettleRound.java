// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import dev.redrive.transport.rabbitmq.Parcel.Fate;
import dev.redrive.transport.rabbitmq.RabbitLease.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One list of settlements on its way.
 *
 * <p>A retry, a deferral into the future and a death are a copy first, to the ladder, to the queue
 * or to its dead letters; only when the broker has confirmed the copy is the original acknowledged.
 * A crash between the two leaves both, and loses nothing. An acknowledgement is answered when the
 * broker has taken it.
 *
 * <p>Everything happens on the consuming loop.
 */
final class SettleRound {
  private static final Logger log = LoggerFactory.getLogger(SettleRound.class);

  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final RabbitSubscription subscription;
  private final RabbitQueue queue;
  private final CompletableFuture<List<Settled>> answer = new CompletableFuture<>();
  private final List<Copy> copies = new ArrayList<>();
  private final List<RabbitLease> acknowledged = new ArrayList<>();
  private final List<RabbitLease> givenBack = new ArrayList<>();
  private List<Settlement> batch = List.of();
  private @Nullable RabbitLease[] claimed = {};
  private Settled[] results = {};

  /**
   * A copy of a message on its way.
   *
   * @param isAsked false if it is not what was asked for, which could not be done
   */
  private record Copy(RabbitLease lease, Parcel parcel, boolean isAsked) {}

  SettleRound(RabbitSubscription subscription) {
    this.subscription = subscription;
    this.queue = subscription.queue();
  }

  CompletionStage<List<Settled>> answer() {
    return answer;
  }

  /** Settles a list. */
  void settle(List<Settlement> settlements) {
    batch = settlements;
    claimed = new RabbitLease[batch.size()];
    results = new Settled[batch.size()];
    Arrays.fill(results, Settled.STALE);
    subscription.beginsToSettle();
    guarded(
        () -> {
          claim();
          begin();
        });
  }

  private void claim() {
    for (int i = 0; i < results.length; i++) {
      Settlement settlement = batch.get(i);
      Optional<RabbitLease> lease = subscription.claim(settlement.lease());
      if (lease.isPresent()) {
        claimed[i] = lease.get();
        results[i] = Settled.UNKNOWN;
        sort(settlement, lease.get());
      }
    }
  }

  /** Puts messages back by copies, to the ladder if they are not due; nobody waits for that. */
  void postpone(List<RabbitLease> leases) {
    if (!leases.isEmpty()) {
      settleAlone(
          leases, () -> leases.forEach(lease -> copies.add(uncounted(lease, lease.dueAt()))));
    }
  }

  /** Puts a message to the dead letters; nobody waits for that. */
  void bury(RabbitLease lease, Settlement.Dead dead) {
    settleAlone(List.of(lease), () -> copies.add(letter(lease, dead)));
  }

  private void settleAlone(List<RabbitLease> leases, Runnable step) {
    claimed = leases.toArray(RabbitLease[]::new);
    leases.forEach(lease -> lease.state(State.SETTLING));
    subscription.beginsToSettle();
    guarded(
        () -> {
          step.run();
          begin();
        });
  }

  /** Whatever goes wrong, there is an answer, and what may be settled or not comes again. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException failure) {
      log.error("messages of queue {} could not be settled", queue.name(), failure);
      for (RabbitLease lease : claimed) {
        if (lease != null) {
          lease.intake().failed(failure);
        }
      }
      end(false);
    }
  }

  private void sort(Settlement settlement, RabbitLease lease) {
    Wire.Content content = lease.content();
    if (settlement instanceof Settlement.Retry retry) {
      Map<String, String> changes = new LinkedHashMap<>(retry.headers());
      if (content.headers().containsKey(Poison.HAND_OVERS)) {
        // It was handled to the end, so that it did not kill anybody.
        changes.put(Poison.HAND_OVERS, "0");
      }
      copies.add(counted(lease, retry.dueAt(), changes));
    } else if (settlement instanceof Settlement.Dead dead) {
      copies.add(letter(lease, dead));
    } else if (settlement instanceof Settlement.Defer defer) {
      if (defer.dueAt().isAfter(subscription.now()) || lease.isWorn()) {
        copies.add(uncounted(lease, defer.dueAt()));
      } else {
        givenBack.add(lease);
      }
    } else {
      acknowledged.add(lease);
    }
  }

  private Copy letter(RabbitLease lease, Settlement.Dead dead) {
    return new Copy(lease, queue.copies().letter(lease, dead), true);
  }

  private Copy counted(RabbitLease lease, Instant dueAt, Map<String, String> changes) {
    Parcel copy = moved(lease, lease.content().attempts() + 1, dueAt, changes);
    // Uncounted it would be tried for ever.
    return queue.copies().fits(copy)
        ? new Copy(lease, copy, true)
        : new Copy(lease, queue.copies().asItCame(lease, "cannot be retried"), false);
  }

  private Copy uncounted(RabbitLease lease, Instant dueAt) {
    Map<String, String> changes = new LinkedHashMap<>();
    if (lease.handOvers() > 0) {
      changes.put(Poison.HAND_OVERS, Integer.toString(lease.handOvers()));
    }
    return new Copy(lease, moved(lease, lease.content().attempts(), dueAt, changes), true);
  }

  private Parcel moved(
      RabbitLease lease, int attempts, Instant dueAt, Map<String, String> changes) {
    changes.put(WireHeaders.ATTEMPT, Integer.toString(attempts));
    changes.put(WireHeaders.DUE_AT, Headers.dueTime(dueAt));
    changes.put(WireHeaders.FIRST_SEEN, Headers.time(lease.firstSeen()));
    return queue.copies().moved(lease, attempts, dueAt, changes);
  }

  private void begin() {
    byIntake(acknowledged).forEach(Intake::ack);
    byIntake(givenBack).forEach(Intake::giveBack);
    if (copies.isEmpty()) {
      awaitTaken();
      return;
    }
    if (!acknowledged.isEmpty()) {
      // What needs no copy does not wait for those that do.
      CompletionStage<Boolean> unused = taken();
    }
    List<CompletableFuture<Fate>> fates = new ArrayList<>();
    copies.forEach(copy -> fates.add(copy.parcel.fate().toCompletableFuture()));
    CompletionStage<Void> all = CompletableFuture.allOf(fates.toArray(CompletableFuture[]::new));
    all.whenComplete(
        (done, failure) -> {
          if (!queue.loop().offer(() -> guarded(this::copied))) {
            // The transport is closed: what is not acknowledged comes again elsewhere.
            end(false);
          }
        });
    queue.publisher().send(copies.stream().map(Copy::parcel).toList());
  }

  /** All copies have met their fate: those that are confirmed replace their originals. */
  private void copied() {
    List<RabbitLease> replaced = new ArrayList<>();
    List<RabbitLease> kept = new ArrayList<>();
    for (Copy copy : copies) {
      boolean isThere = copy.parcel.fate().toCompletableFuture().join() == Fate.CONFIRMED;
      (isThere ? replaced : kept).add(copy.lease);
      if (!isThere || !copy.isAsked) {
        // So that it is not answered with DONE.
        copy.lease.state(State.GONE);
      }
    }
    byIntake(replaced).forEach(Intake::ack);
    byIntake(kept).forEach(this::giveBackLater);
    awaitTaken();
  }

  /** What the broker takes no copy of would come round and round if it were given back at once. */
  private void giveBackLater(Intake intake, List<Long> tags) {
    queue
        .environment()
        .timers()
        .after(PAUSE, () -> queue.loop().execute(() -> intake.giveBack(tags)));
  }

  private static Map<Intake, List<Long>> byIntake(List<RabbitLease> leases) {
    Map<Intake, List<Long>> tags = new LinkedHashMap<>();
    for (RabbitLease lease : leases) {
      if (!lease.intake().isLost()) {
        tags.computeIfAbsent(lease.intake(), intake -> new ArrayList<>()).add(lease.tag());
      }
    }
    return tags;
  }

  private void awaitTaken() {
    taken().whenComplete((isTaken, failure) -> end(failure == null && isTaken));
  }

  private CompletionStage<Boolean> taken() {
    Set<Intake> intakes = new LinkedHashSet<>();
    acknowledged.forEach(lease -> intakes.add(lease.intake()));
    givenBack.forEach(lease -> intakes.add(lease.intake()));
    copies.forEach(copy -> intakes.add(copy.lease.intake()));
    // Leases that are held all came by one intake, the present one.
    return intakes.stream()
        .map(Intake::taken)
        .findFirst()
        .orElse(CompletableFuture.completedStage(true));
  }

  private void end(boolean isTaken) {
    if (answer.isDone()) {
      return;
    }
    for (int i = 0; i < results.length; i++) {
      RabbitLease lease = claimed[i];
      if (lease != null && isTaken && lease.state() == State.SETTLING) {
        results[i] = Settled.DONE;
        queue.count(batch.get(i));
      }
    }
    for (RabbitLease lease : claimed) {
      if (lease != null) {
        lease.state(State.GONE);
      }
    }
    subscription.hasSettled();
    answer.complete(List.of(results));
  }
}
