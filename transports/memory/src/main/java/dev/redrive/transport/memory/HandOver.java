// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings a queue's due messages to the consumers that asked for them.
 *
 * <p>That is done by one task of the environment's executor at a time, a round each: it leases what
 * is due, and calls the sinks without the lock. A round that found nothing is the last one, and
 * sets alarms to the next due time that somebody waits for and the next lease's end; whatever
 * changes something wakes the task again. So sinks are never called from within somebody's call,
 * nor twice at once.
 */
final class HandOver {
  private static final int ROUND_MAX = 1_000;

  private final Environment environment;
  private final QueueState state;

  // Guards everything below, and the state.
  private final Object lock;
  private final Set<MemorySubscription> subscriptions = new LinkedHashSet<>();
  // Those that may be given something, the one that was given something last at the end.
  private final ArrayDeque<MemorySubscription> hungry = new ArrayDeque<>();
  private final Alarm<Instant> due;
  private final Alarm<Long> leaseEnd;
  private boolean isAwake;
  private boolean isEnded;

  HandOver(Environment environment, QueueState state) {
    this.environment = environment;
    this.state = state;
    this.lock = state.lock();
    this.due = Alarm.byClock(environment.timers(), lock, this::wake);
    this.leaseEnd = Alarm.byElapsed(environment.timers(), lock, this::wake);
  }

  void add(MemorySubscription subscription) {
    synchronized (lock) {
      subscriptions.add(subscription);
    }
  }

  /** True once nothing is handed over or settled here any more. */
  boolean isEnded() {
    synchronized (lock) {
      return isEnded;
    }
  }

  boolean isClosed(MemorySubscription subscription) {
    synchronized (lock) {
      return isEnded || subscription.isClosed();
    }
  }

  void request(MemorySubscription subscription, int n) {
    synchronized (lock) {
      boolean wasHungry = subscription.isHungry();
      subscription.addCredit(n);
      if (!wasHungry && subscription.isHungry()) {
        hungry.addLast(subscription);
      }
      wake();
    }
  }

  /** Sees to it that a round follows. */
  void wake() {
    synchronized (lock) {
      if (!isAwake && !isEnded) {
        isAwake = true;
        environment.executor().execute(this::round);
      }
    }
  }

  private void round() {
    Map<MemorySubscription, List<InMessage>> calls = new LinkedHashMap<>();
    synchronized (lock) {
      Set<MemorySubscription> served = leaseWhatIsDue();
      if (served.isEmpty()) {
        isAwake = false;
        setAlarms();
        return;
      }
      served.forEach(each -> calls.put(each, each.messages()));
    }
    try {
      calls.forEach(this::deliver);
    } finally {
      // A sink that throws, which it must not, stops nobody but itself.
      environment.executor().execute(this::round);
    }
  }

  private Set<MemorySubscription> leaseWhatIsDue() {
    Set<MemorySubscription> served = new LinkedHashSet<>();
    if (isEnded) {
      return served;
    }
    Instant now = environment.clock().instant();
    state.expire(environment.timers().nanoTime());
    for (int given = 0; given < ROUND_MAX && !hungry.isEmpty(); given++) {
      MemorySubscription next = hungry.getFirst();
      long end = environment.timers().nanoTimeAfter(next.leaseTime());
      Optional<MemoryLease> lease = state.lease(now, next, end);
      if (lease.isEmpty()) {
        break;
      }
      next.offer(lease.get());
      served.add(next);
      hungry.removeFirst();
      if (next.isHungry()) {
        hungry.addLast(next);
      }
    }
    return served;
  }

  private void deliver(MemorySubscription subscription, List<InMessage> messages) {
    try {
      subscription.deliver(messages);
    } finally {
      boolean isDrained;
      synchronized (lock) {
        isDrained = subscription.delivered();
      }
      if (isDrained) {
        subscription.completeDrain();
      }
    }
  }

  private void setAlarms() {
    if (!isEnded) {
      due.notAfter(hungry.isEmpty() ? Optional.empty() : state.nextDue());
      leaseEnd.notAfter(state.nextLeaseEnd());
    }
  }

  void drain(MemorySubscription subscription) {
    boolean isDrained;
    synchronized (lock) {
      hungry.remove(subscription);
      isDrained = subscription.stop();
    }
    if (isDrained) {
      subscription.completeDrain();
    }
  }

  /** Drains, and puts back what the subscription has not settled. */
  void close(MemorySubscription subscription) {
    drain(subscription);
    synchronized (lock) {
      if (subscriptions.remove(subscription)) {
        subscription.close(state);
        wake();
      }
    }
  }

  /** Ends all subscriptions in good order. */
  void endGracefully() {
    List<MemorySubscription> open;
    synchronized (lock) {
      open = List.copyOf(subscriptions);
    }
    open.forEach(this::close);
    end();
  }

  /** Ends at once, as the process' death would: leases stay as they are, and nobody is told. */
  void end() {
    synchronized (lock) {
      isEnded = true;
      hungry.clear();
      due.cancel();
      leaseEnd.cancel();
    }
  }
}
