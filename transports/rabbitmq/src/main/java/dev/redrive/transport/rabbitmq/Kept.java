// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.transport.rabbitmq.RabbitLease.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * What the broker sent to a subscription and was not handed over: what is early, what is due, and
 * what is worn. Used by the subscription's loop alone.
 *
 * <p>A worn message has come back so often that it may be one that kills its process. When a
 * process is killed, all that it had is counted as handed over once more, whoever killed it. So of
 * the worn ones one at a time is handed over, drawn at random: each time, half of those that are
 * innocent are through before the culprit's turn comes.
 */
final class Kept {
  private final RandomGenerator random;
  private final TreeSet<RabbitLease> early = new TreeSet<>(RabbitLease.BY_DUE_TIME);
  private final TreeSet<RabbitLease> due = new TreeSet<>(RabbitLease.BY_DUE_TIME);
  private final List<RabbitLease> worn = new ArrayList<>();
  // The worn one that was handed over last.
  private Optional<RabbitLease> tried = Optional.empty();

  Kept(RandomGenerator random) {
    this.random = random;
  }

  /** One more, to be looked at by {@link #ripen}. */
  void add(RabbitLease lease) {
    early.add(lease);
  }

  /** Some became due. */
  void ripen(Instant now) {
    while (!early.isEmpty() && !now.isBefore(early.first().dueAt())) {
      RabbitLease ripe = early.pollFirst();
      if (ripe.isWorn()) {
        worn.add(ripe);
      } else {
        due.add(ripe);
      }
    }
  }

  /** Takes out one that is to be handed over. */
  Optional<RabbitLease> next() {
    if (!due.isEmpty()) {
      return Optional.of(due.pollFirst());
    }
    boolean isTrying = tried.map(RabbitLease::state).orElse(State.GONE) != State.GONE;
    if (worn.isEmpty() || isTrying) {
      return Optional.empty();
    }
    tried = Optional.of(worn.remove(random.nextInt(worn.size())));
    return tried;
  }

  /** Takes out those that are due later than this. */
  List<RabbitLease> laterThan(Instant latest) {
    List<RabbitLease> later = new ArrayList<>();
    while (!early.isEmpty() && early.last().dueAt().isAfter(latest)) {
      later.add(early.pollLast());
    }
    return later;
  }

  /** Takes out those that could be handed over. */
  List<RabbitLease> ready() {
    List<RabbitLease> ready = new ArrayList<>(due);
    ready.addAll(worn);
    due.clear();
    worn.clear();
    return ready;
  }

  /** Takes all out. */
  List<RabbitLease> all() {
    List<RabbitLease> all = ready();
    all.addAll(early);
    early.clear();
    return all;
  }

  /** When the next one becomes due. */
  Optional<Instant> nextDue() {
    return early.isEmpty() ? Optional.empty() : Optional.of(early.first().dueAt());
  }

  boolean hasReady() {
    return !due.isEmpty() || hasWorn();
  }

  boolean hasWorn() {
    return !worn.isEmpty();
  }

  int size() {
    return due.size() + heldUpCount();
  }

  int dueCount() {
    return due.size();
  }

  /** How many have to wait although they were asked for. */
  int heldUpCount() {
    return early.size() + worn.size();
  }
}
