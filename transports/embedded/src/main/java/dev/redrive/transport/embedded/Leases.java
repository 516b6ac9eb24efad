// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.List;

/** What holders of leases do to a queue. Thread-safe: shares the queue's lock. */
final class Leases {
  private final QueueState queue;
  private final Holdings holdings;
  private final Demand demand;

  Leases(QueueState queue, Holdings holdings, Demand demand) {
    this.queue = queue;
    this.holdings = holdings;
    this.demand = demand;
  }

  void subscribe(Taker taker) {
    synchronized (queue) {
      demand.add(taker);
    }
  }

  void request(Taker taker, int count) {
    synchronized (queue) {
      demand.request(taker, count);
    }
    queue.work();
  }

  /** The taker takes nothing more. */
  void stop(Taker taker) {
    synchronized (queue) {
      demand.remove(taker);
    }
  }

  /** Ends the leases of a taker; nobody has their messages until {@link #giveBack}. */
  List<EmbeddedLease> seize(Taker taker) {
    synchronized (queue) {
      List<EmbeddedLease> seized = holdings.leasesOf(taker);
      seized.forEach(holdings::seize);
      return seized;
    }
  }

  /** The messages of seized leases are ready again. */
  void giveBack(List<EmbeddedLease> seized) {
    synchronized (queue) {
      seized.forEach(holdings::giveBackSeized);
    }
    queue.work();
  }

  /** Begins the attempt, unless the lease was lost. On the committing thread, with the mark. */
  boolean mark(EmbeddedLease lease) {
    synchronized (queue) {
      boolean isThere = holdings.isThere(lease);
      if (isThere) {
        lease.mark();
      }
      return isThere;
    }
  }

  /** Moves the lease's end, unless it was lost. */
  boolean renew(EmbeddedLease lease, long end) {
    synchronized (queue) {
      boolean isHeld = holdings.isHeld(lease);
      if (isHeld) {
        holdings.renew(lease, end);
      }
      return isHeld;
    }
  }

  /** Begins a settlement, unless the lease was lost; the lease can then not be lost any more. */
  boolean beginSettling(EmbeddedLease lease) {
    synchronized (queue) {
      boolean isHeld = holdings.isHeld(lease);
      if (isHeld) {
        holdings.beginSettling(lease);
      }
      return isHeld;
    }
  }

  /** The message has left its place. */
  void settled(EmbeddedLease lease) {
    synchronized (queue) {
      holdings.settled(lease);
    }
  }

  /** The settlement was refused, and the lease is as it was. */
  void abandonSettling(EmbeddedLease lease) {
    synchronized (queue) {
      holdings.abandonSettling(lease);
    }
    queue.work();
  }

  int count() {
    synchronized (queue) {
      return holdings.leaseCount();
    }
  }

  /** Of the leased messages, those with attempts behind them. */
  int retriedCount() {
    synchronized (queue) {
      return holdings.retriedLeaseCount();
    }
  }
}
