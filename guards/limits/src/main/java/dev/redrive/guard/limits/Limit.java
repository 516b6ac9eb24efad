// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.Permit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets messages through as its {@link Supply} allows, and tells the others when it will be their
 * turn. Guarded by the lock of its gate, which its permits take.
 */
final class Limit {
  private final LimitGate gate;
  private final Supply supply;
  private final int roundsMax;
  // Made with the first that waits: most keys never have any.
  private @Nullable Line line;
  // The turn that was told last to one for whom there was no room in the line.
  private long turnBeyond;

  Limit(LimitGate gate, Supply supply, int roundsMax) {
    this.gate = gate;
    this.supply = supply;
    this.roundsMax = roundsMax;
    this.turnBeyond = gate.now();
  }

  /** True if it is as one that was made just now. */
  boolean isIdle(long now) {
    return isEmpty(now) && supply.isWhole();
  }

  Answer ask(Candidate candidate, String label, long now) {
    if (isEmpty(now) && supply.free() > 0) {
      return pass(new Ticket(candidate.id(), 0), label);
    }
    Line here = line();
    Ticket found = here.find(candidate.id());
    Ticket ticket = found == null ? here.newcomer(candidate.id(), label) : found;
    if (here.mayGo(ticket, supply.free())) {
      return pass(ticket, label);
    }
    if (found != null && found.isCounted() && found.turn() - now > 0) {
      return gate.waits(found.turn() - now);
    }
    return gate.waits(tell(here, ticket, label, now));
  }

  private boolean isEmpty(long now) {
    Line here = line;
    if (here == null) {
      return true;
    }
    here.advance(now);
    if (!here.isEmpty()) {
      return false;
    }
    line = null;
    return true;
  }

  private Line line() {
    Line here = line;
    if (here == null) {
      here = new Line(roundsMax, gate.room());
      line = here;
    }
    return here;
  }

  private Answer pass(Ticket ticket, String label) {
    // Made before anything is taken: there may be no memory for it.
    Answer pass = new Answer.Pass(new Taken(ticket));
    if (line != null) {
      line.leave(ticket, label);
    }
    supply.take();
    return pass;
  }

  private long tell(Line here, Ticket ticket, String label, long now) {
    long nanos = within(supply.nanosFor(here.before(ticket) + 1));
    long turn = now + nanos;
    boolean isIn = here.tell(ticket, label, turn, turn - supply.keptBefore());
    return isIn ? nanos : beyond(here.size(), now);
  }

  /** One after another, behind all that have a ticket, so that they do not come all at once. */
  private long beyond(long waiting, long now) {
    long end = now + supply.nanosFor(waiting + 1);
    long next = supply.nanosFor(waiting + 2) - supply.nanosFor(waiting + 1);
    turnBeyond = turnBeyond - end > 0 ? turnBeyond + next : end + next;
    return within(turnBeyond - now);
  }

  /** More is always more, so that nobody is overtaken, but nothing is more than can be told. */
  private long within(long nanos) {
    long half = supply.foresight() / 2;
    return nanos <= half ? Math.max(1, nanos) : half + (long) (half * (1 - (double) half / nanos));
  }

  /** Of one that went through. */
  private final class Taken implements Permit {
    private final Ticket ticket;
    private boolean isOver;

    Taken(Ticket ticket) {
      this.ticket = ticket;
    }

    @Override
    public void succeeded(Duration took) {
      used(took);
    }

    @Override
    public void failed(Throwable cause, Duration took) {
      used(took);
    }

    @Override
    public void unused() {
      synchronized (gate.lock()) {
        if (end()) {
          supply.returned();
          line().putBack(ticket, gate.now());
        }
      }
    }

    private void used(Duration took) {
      synchronized (gate.lock()) {
        if (end()) {
          supply.used(took);
        }
      }
    }

    private boolean end() {
      boolean isFirst = !isOver;
      isOver = true;
      return isFirst;
    }
  }
}
