// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a queue's due messages to the consumers that asked for them: one claim at a time, for one
 * consumer after another. Thread-safe.
 *
 * <p>When a claim brings less than was asked for, nothing more is due now. Then it waits: until the
 * next due time, which the claim tells; until something happens in this process that makes a
 * message ready; until another process says so, where the database can pass that on; and in any
 * case for a pause that doubles with each claim in vain up to a limit.
 *
 * <p><b>The low mark.</b> The front of the index of due times is full of the entries of messages
 * that are gone, as long as some old transaction may still see them, and a claim would step over
 * them all. So it begins a little before the latest due time that it has claimed. What is due
 * earlier all the same (committed late, given back, or whose lease ended) is found by a sweep over
 * everything, one a second at most.
 */
final class Claimer {
  private static final Logger log = LoggerFactory.getLogger(Claimer.class);
  private static final int CLAIM_MAX = 500;
  private static final int LOST_MAX = 100;
  private static final Duration PAUSE_MIN = Duration.ofMillis(10);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration SWEEP = Duration.ofSeconds(1);
  private static final long MARGIN_MILLIS = 200;
  private static final long EVERYTHING = 0;

  private final Environment environment;
  private final SqlQueue queue;
  private final Claims claims;

  // Guards all below, and the credit of the subscriptions.
  private final Object lock = new Object();
  // Those that asked, the one that was served last at the end.
  private final ArrayDeque<SqlSubscription> hungry = new ArrayDeque<>();
  private Optional<Timers.Timer> alarm = Optional.empty();
  private boolean isUnderWay;
  private boolean isWoken;
  private boolean isEnded;
  private long low = EVERYTHING;
  // The earliest due time of what became ready since the last claim began.
  private long woken = Millis.FAR;
  private long lastSweep;
  private Duration pause = PAUSE_MIN;
  // Claims without an answer, which may have been done.
  private final List<Claim> lost = new ArrayList<>();

  Claimer(Environment environment, SqlQueue queue, Claims claims) {
    this.environment = environment;
    this.queue = queue;
    this.claims = claims;
  }

  void request(SqlSubscription subscription, int n) {
    synchronized (lock) {
      subscription.addCredit(n);
      if (!hungry.contains(subscription)) {
        hungry.add(subscription);
      }
      pause = PAUSE_MIN;
    }
    next();
  }

  /**
   * Something waits now that did not, with this due time. If that is far from here, the next claim
   * finds it in time.
   */
  void wake(long dueAt) {
    long soon = environment.clock().instant().plus(queue.pollMax()).toEpochMilli();
    if (dueAt > soon) {
      return;
    }
    synchronized (lock) {
      low = Math.min(low, dueAt);
      woken = Math.min(woken, dueAt);
      isWoken = true;
      pause = PAUSE_MIN;
    }
    next();
  }

  /** Something is to come of which nobody will tell: looks often again. */
  void hurry() {
    synchronized (lock) {
      pause = PAUSE_MIN;
    }
    next();
  }

  /** Anything may be ready. */
  void wake() {
    wake(EVERYTHING);
  }

  void drain(SqlSubscription subscription) {
    boolean isDrained;
    synchronized (lock) {
      hungry.remove(subscription);
      isDrained = subscription.stop();
    }
    if (isDrained) {
      subscription.completeDrain();
    }
  }

  /** Claims nothing from now on. */
  void end() {
    synchronized (lock) {
      isEnded = true;
      alarm.ifPresent(Timers.Timer::cancel);
    }
  }

  /** Begins a claim, unless one is under way or nobody asks. */
  private void next() {
    SqlSubscription subscription;
    Claim claim;
    synchronized (lock) {
      Optional<SqlSubscription> asking =
          hungry.stream().filter(each -> each.demand() > 0).findFirst();
      if (isUnderWay || isEnded || asking.isEmpty()) {
        return;
      }
      isUnderWay = true;
      isWoken = false;
      woken = Millis.FAR;
      alarm.ifPresent(Timers.Timer::cancel);
      subscription = asking.get();
      hungry.remove(subscription);
      hungry.add(subscription);
      claim = claim(subscription);
      subscription.busy();
    }
    start(claim).whenComplete((found, failure) -> claimed(subscription, claim, found, failure));
  }

  // Without memory for it, too, the claim must be over some time.
  private CompletionStage<Claims.Found> start(Claim claim) {
    try {
      return claims.claim(claim);
    } catch (RuntimeException | Error failure) {
      return CompletableFuture.failedStage(failure);
    }
  }

  /** The database is back: what was claimed in the dark is given back, and all goes on. */
  void cameBack() {
    List<Claim> unanswered;
    synchronized (lock) {
      unanswered = List.copyOf(lost);
      lost.clear();
    }
    unanswered.forEach(claim -> claims.giveBack(claim).whenComplete((given, failure) -> wake()));
    wake();
  }

  // Guarded by the lock.
  private Claim claim(SqlSubscription subscription) {
    long now = environment.timers().nanoTime();
    if (now - lastSweep >= SWEEP.toNanos()) {
      low = EVERYTHING;
    }
    if (low == EVERYTHING) {
      lastSweep = now;
    }
    int max = (int) Math.min(CLAIM_MAX, subscription.demand());
    return queue.claim(max, subscription.leaseMillis(), low);
  }

  private void claimed(
      SqlSubscription subscription, Claim claim, Claims.Found found, Throwable failure) {
    boolean isTaken = false;
    try {
      if (failure == null && !found.rows().isEmpty()) {
        isTaken = handOver(subscription, found.rows());
      }
    } catch (RuntimeException | Error thrown) {
      // A sink must not throw; what it was given comes again when its lease ends.
      log.error("a consumer of queue {} failed to take its messages", queue.name(), thrown);
    } finally {
      over(subscription, claim, isTaken, failure == null ? Optional.of(found) : Optional.empty());
    }
    if (failure != null) {
      forgetNot(claim);
      tell(Database.cause(failure));
    }
  }

  private void forgetNot(Claim claim) {
    synchronized (lock) {
      if (lost.size() < LOST_MAX) {
        lost.add(claim);
      }
    }
  }

  private void tell(Throwable failure) {
    // A lost connection was told already.
    if (failure instanceof TransportException && !(failure instanceof StatementException)) {
      log.debug("a claim of queue {} failed: {}", queue.name(), failure.getMessage());
    } else {
      log.error("a claim of queue {} failed", queue.name(), failure);
    }
  }

  private boolean handOver(SqlSubscription subscription, List<Claimed> rows) {
    boolean isTaken;
    synchronized (lock) {
      isTaken = subscription.takes(rows, queue.certainEnd(subscription.leaseMillis()));
    }
    if (isTaken) {
      subscription.deliver(rows.stream().map(Claimed::message).toList());
    } else {
      List<SqlLease> leases = new ArrayList<>();
      rows.forEach(row -> leases.add((SqlLease) row.message().lease()));
      queue.release(leases);
    }
    return isTaken;
  }

  private void over(
      SqlSubscription subscription, Claim claim, boolean isTaken, Optional<Claims.Found> found) {
    boolean isDrained;
    boolean isMore;
    synchronized (lock) {
      isUnderWay = false;
      isDrained = subscription.rest();
      boolean isFull = found.isPresent() && found.get().rows().size() >= claim.max();
      if (isTaken) {
        pause = PAUSE_MIN;
        mark(claim, found.orElseThrow().rows());
      }
      isMore = isFull || isWoken;
      if (!isMore) {
        await(found);
      }
    }
    if (isDrained) {
      subscription.completeDrain();
      // Whatever was handed over while it was closing is given back, too.
      queue.closed(subscription);
    }
    if (isMore) {
      next();
    }
  }

  // Guarded by the lock. A sweep finds the old; the mark is where the next claim begins.
  private void mark(Claim claim, List<Claimed> rows) {
    long latest = rows.get(rows.size() - 1).message().dueAt().toEpochMilli();
    if (!claim.isOrdered()) {
      low = Math.max(EVERYTHING, Math.min(latest - MARGIN_MILLIS, woken));
    }
  }

  // Guarded by the lock.
  private void await(Optional<Claims.Found> found) {
    Duration wait = found.isPresent() ? pause : AFTER_FAILURE;
    OptionalLong untilDue = found.map(Claims.Found::millisUntilDue).orElse(OptionalLong.empty());
    if (untilDue.isPresent() && untilDue.getAsLong() < wait.toMillis()) {
      wait = Duration.ofMillis(untilDue.getAsLong());
    }
    Duration twice = pause.multipliedBy(2);
    Duration most = queue.pollMax();
    pause = twice.compareTo(most) > 0 ? most : twice;
    alarm.ifPresent(Timers.Timer::cancel);
    if (!isEnded) {
      alarm = Optional.of(environment.timers().after(wait, this::next));
    }
  }
}
