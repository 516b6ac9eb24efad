// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.Settled;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import dev.redrive.transport.rabbitmq.Parcel.Fate;
import dev.redrive.transport.rabbitmq.RabbitLease.State;
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
  private final RabbitSubscription subscription;
  private final RabbitQueue queue;
  private final CompletableFuture<List<Settled>> answer = new CompletableFuture<>();
  private final List<Copy> copies = new ArrayList<>();
  private final List<RabbitLease> acknowledged = new ArrayList<>();
  private final List<RabbitLease> givenBack = new ArrayList<>();
  private List<Settlement> batch = List.of();
  private @Nullable RabbitLease[] claimed = {};
  private Settled[] results = {};

  private record Copy(RabbitLease lease, Parcel parcel) {}

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
    for (int i = 0; i < results.length; i++) {
      Settlement settlement = batch.get(i);
      Optional<RabbitLease> lease = subscription.claim(settlement.lease());
      if (lease.isPresent()) {
        claimed[i] = lease.get();
        results[i] = Settled.UNKNOWN;
        sort(settlement, lease.get());
      }
    }
    begin();
  }

  /** Puts messages back by copies, to the ladder if they are not due; nobody waits for that. */
  void postpone(List<RabbitLease> leases) {
    if (leases.isEmpty()) {
      return;
    }
    for (RabbitLease lease : leases) {
      lease.state(State.SETTLING);
      copies.add(uncounted(lease, lease.dueAt()));
    }
    begin();
  }

  /** Puts a message to the dead letters; nobody waits for that. */
  void bury(RabbitLease lease, Settlement.Dead dead) {
    lease.state(State.SETTLING);
    copies.add(new Copy(lease, queue.letter(lease, dead)));
    begin();
  }

  private void sort(Settlement settlement, RabbitLease lease) {
    Wire.Content content = lease.content();
    if (settlement instanceof Settlement.Retry retry) {
      Map<String, String> changes = new LinkedHashMap<>(retry.headers());
      changes.put(WireHeaders.ATTEMPT, Integer.toString(content.attempts() + 1));
      if (content.headers().containsKey(Poison.HAND_OVERS)) {
        // It was handled to the end, so that it did not kill anybody.
        changes.put(Poison.HAND_OVERS, "0");
      }
      copies.add(new Copy(lease, moved(lease, retry.dueAt(), changes)));
    } else if (settlement instanceof Settlement.Dead dead) {
      copies.add(new Copy(lease, queue.letter(lease, dead)));
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

  private Copy uncounted(RabbitLease lease, Instant dueAt) {
    Map<String, String> changes = new LinkedHashMap<>();
    changes.put(WireHeaders.ATTEMPT, Integer.toString(lease.content().attempts()));
    if (lease.handOvers() > 0) {
      changes.put(Poison.HAND_OVERS, Integer.toString(lease.handOvers()));
    }
    return new Copy(lease, moved(lease, dueAt, changes));
  }

  private Parcel moved(RabbitLease lease, Instant dueAt, Map<String, String> changes) {
    changes.put(WireHeaders.DUE_AT, Headers.dueTime(dueAt));
    changes.put(WireHeaders.FIRST_SEEN, Headers.time(lease.firstSeen()));
    return queue.parcel(dueAt, lease.content().copy(changes), lease.content().body(), false);
  }

  private void begin() {
    subscription.beginsToSettle();
    byIntake(acknowledged).forEach(Intake::ack);
    byIntake(givenBack).forEach(Intake::giveBack);
    if (copies.isEmpty()) {
      awaitTaken();
      return;
    }
    List<CompletableFuture<Fate>> fates = new ArrayList<>();
    copies.forEach(copy -> fates.add(copy.parcel.fate().toCompletableFuture()));
    CompletionStage<Void> all = CompletableFuture.allOf(fates.toArray(CompletableFuture[]::new));
    all.whenComplete((done, failure) -> queue.loop().execute(this::copied));
    queue.publisher().send(copies.stream().map(Copy::parcel).toList());
  }

  /** All copies have met their fate: those that are confirmed replace their originals. */
  private void copied() {
    List<RabbitLease> replaced = new ArrayList<>();
    List<RabbitLease> kept = new ArrayList<>();
    for (Copy copy : copies) {
      boolean isThere = copy.parcel.fate().toCompletableFuture().join() == Fate.CONFIRMED;
      (isThere ? replaced : kept).add(copy.lease);
    }
    byIntake(replaced).forEach(Intake::ack);
    byIntake(kept).forEach(Intake::giveBack);
    kept.forEach(lease -> lease.state(State.GONE));
    awaitTaken();
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
    Set<Intake> intakes = new LinkedHashSet<>();
    acknowledged.forEach(lease -> intakes.add(lease.intake()));
    givenBack.forEach(lease -> intakes.add(lease.intake()));
    copies.forEach(copy -> intakes.add(copy.lease.intake()));
    // Leases that are held all came by one intake, the present one.
    CompletionStage<Boolean> taken =
        intakes.stream()
            .map(Intake::taken)
            .findFirst()
            .orElse(CompletableFuture.completedStage(true));
    taken.whenComplete((isTaken, failure) -> end(failure == null && isTaken));
  }

  private void end(boolean isTaken) {
    for (int i = 0; i < results.length; i++) {
      RabbitLease lease = claimed[i];
      if (lease != null && isTaken && lease.state() == State.SETTLING) {
        results[i] = Settled.DONE;
        queue.count(batch.get(i));
      }
    }
    acknowledged.forEach(lease -> lease.state(State.GONE));
    givenBack.forEach(lease -> lease.state(State.GONE));
    copies.forEach(copy -> copy.lease.state(State.GONE));
    subscription.hasSettled();
    answer.complete(List.of(results));
  }
}
