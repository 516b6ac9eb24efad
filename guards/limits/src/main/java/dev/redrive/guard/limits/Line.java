// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at a {@link Limit}, fair between labels (the values of a {@link Trait}), and who of
 * those that are here may go first. Guarded by the lock of its gate.
 *
 * <p>Each message that has to wait gets a ticket with a round: those of one label get one round
 * after another, beginning with the lowest in which anybody waits. Lower rounds go first. So a
 * label of which many wait cannot hold up one of which few do: in each round every label has one.
 * This is fair queueing by start times (P. Goyal, H. Vin, H. Cheng, "Start-time Fair Queuing",
 * 1997) with messages of equal cost.
 *
 * <p>Those that wait are not here: they were told a turn, and come back at it. So what is there is
 * not kept for somebody who may come later; only from about its turn on a ticket claims, for {@link
 * #CLAIM_NANOS}, and whoever stands behind it must leave one for it. Hence nothing that is free
 * stays unused for long, and newcomers do not take what those that come back were promised.
 *
 * <p>Bounded: a ticket is forgotten {@link #KEEP_NANOS} after its turn (its message may have been
 * taken back, or gone to another process), and no more are given than the gate has {@link Room}.
 *
 * <p>Should memory run out in here, then before anything is counted: what had begun is found to be
 * stale later.
 */
final class Line {
  private static final long CLAIM_NANOS = 1_000_000_000L;
  private static final long KEEP_NANOS = 60 * CLAIM_NANOS;
  private static final int LABELS_SPARE = 1_024;

  private final Rounds rounds;
  private final Room room;
  private final Map<String, Ticket> tickets = new HashMap<>();
  // The round that the next message of a label gets, if that is not the lowest.
  private final Map<String, Long> nextRounds = new HashMap<>();
  private final TreeSet<Ticket> claimants = new TreeSet<>();
  private final PriorityQueue<Reminder> reminders =
      new PriorityQueue<>((a, b) -> Long.signum(a.time - b.time));

  Line(int roundsMax, Room room) {
    this.rounds = new Rounds(roundsMax);
    this.room = room;
  }

  /** What is to be done about a ticket at a time, unless it was told another turn meanwhile. */
  private record Reminder(Ticket ticket, long turn, long time, Stage stage) {}

  private enum Stage {
    CLAIM,
    LAPSE,
    FORGET
  }

  boolean isEmpty() {
    return tickets.isEmpty();
  }

  /** How many wait. */
  int size() {
    return rounds.total();
  }

  /** The message's ticket, if it has one. */
  @Nullable Ticket find(String id) {
    return tickets.get(id);
  }

  /** A ticket for a message of this label that has none, not yet in the line. */
  Ticket newcomer(String id, String label) {
    return new Ticket(id, Math.max(rounds.lowest(), nextRounds.getOrDefault(label, 0L)));
  }

  /** True if one of so many that are free is this one's, and nobody's who stands before it. */
  boolean mayGo(Ticket ticket, long free) {
    if (free > claimants.size()) {
      return true;
    }
    long left = free;
    for (Ticket claimant : claimants) {
      if (left <= 0 || claimant.compareTo(ticket) >= 0) {
        break;
      }
      left--;
    }
    return left > 0;
  }

  /** How many wait who stand before it. */
  long before(Ticket ticket) {
    return ticket.isCounted()
        ? rounds.before(ticket.round(), ticket.place())
        : rounds.upTo(rounds.within(ticket.round()));
  }

  /**
   * It waits, and comes back at this turn; false if there is no room to remember it.
   *
   * @param kept from when on something is kept for it
   */
  boolean tell(Ticket ticket, String label, long turn, long kept) {
    boolean isNew = tickets.get(ticket.id()) != ticket;
    if (isNew && room.isFull()) {
      return false;
    }
    // All that needs memory comes first.
    reminders.add(new Reminder(ticket, turn, kept, Stage.CLAIM));
    if (isNew) {
      follows(label, ticket.round());
      tickets.put(ticket.id(), ticket);
      room.take();
    }
    claimants.remove(ticket);
    if (!ticket.isCounted()) {
      long round = rounds.within(ticket.round());
      ticket.count(round, rounds.join(round));
    }
    ticket.tell(turn);
    return true;
  }

  /** It went through. */
  void leave(Ticket ticket, String label) {
    if (tickets.get(ticket.id()) == ticket) {
      forget(ticket);
    } else if (!tickets.isEmpty()) {
      follows(label, ticket.round());
    }
  }

  /** It had gone through, and comes again: it keeps its round, without a claim. */
  void putBack(Ticket ticket, long now) {
    if (room.isFull() || tickets.containsKey(ticket.id())) {
      return;
    }
    reminders.add(new Reminder(ticket, now, now + KEEP_NANOS, Stage.FORGET));
    tickets.put(ticket.id(), ticket);
    room.take();
    ticket.tell(now);
  }

  /** It is this time: those whose turn has come claim, those that did not come claim no more. */
  void advance(long now) {
    Reminder next = reminders.peek();
    while (next != null && next.time - now <= 0) {
      if (tickets.get(next.ticket.id()) == next.ticket && next.ticket.turn() == next.turn) {
        remind(next);
      }
      // Only now: should there be no memory, the same is done again.
      reminders.poll();
      next = reminders.peek();
    }
  }

  private void remind(Reminder reminder) {
    Ticket ticket = reminder.ticket;
    switch (reminder.stage) {
      case CLAIM -> {
        remindAt(reminder, reminder.turn + CLAIM_NANOS, Stage.LAPSE);
        claimants.add(ticket);
      }
      case LAPSE -> {
        remindAt(reminder, reminder.turn + KEEP_NANOS, Stage.FORGET);
        uncount(ticket);
      }
      case FORGET -> forget(ticket);
    }
  }

  private void remindAt(Reminder reminder, long time, Stage stage) {
    reminders.add(new Reminder(reminder.ticket, reminder.turn, time, stage));
  }

  private void forget(Ticket ticket) {
    uncount(ticket);
    tickets.remove(ticket.id());
    room.leave();
    if (tickets.isEmpty()) {
      nextRounds.clear();
      reminders.clear();
    }
  }

  private void uncount(Ticket ticket) {
    if (ticket.isCounted()) {
      claimants.remove(ticket);
      rounds.leave(ticket.round());
      ticket.uncount();
    }
  }

  private void follows(String label, long round) {
    nextRounds.put(label, round + 1);
    if (nextRounds.size() > 2 * tickets.size() + LABELS_SPARE) {
      nextRounds.values().removeIf(next -> next <= rounds.lowest());
    }
  }
}
