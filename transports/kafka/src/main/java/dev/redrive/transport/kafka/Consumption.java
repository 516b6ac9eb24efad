// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a process takes the messages of one queue: by one member of the group and one thread, for all
 * subscriptions, so that no partition waits for one of them while another has nothing to do.
 *
 * <p>Whoever wants something gives the thread a task. In each turn it runs what has gathered, takes
 * back what has not been settled in time, hands over what is asked for, commits, and polls. The
 * process is a member of the group as long as it has a subscription.
 */
final class Consumption implements Member.Owner {
  private static final Logger log = LoggerFactory.getLogger(Consumption.class);
  private static final long TURN_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);
  // A poll does not return when a commit is answered.
  private static final long BUSY_TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  // Nor does anything else tell of a change of the group while nothing is to be read.
  private static final long FULL_TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  // Nor would the client wait for some partitions while it has read ahead of others.
  private static final long PART_TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final Duration MEMBER_AGAIN = Duration.ofSeconds(1);
  private static final long GIVE_BACK_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final Duration END_MAX = Duration.ofSeconds(15);

  private final String queue;
  private final Environment environment;
  private final Duration grace;
  private final Parts parts;
  private final Settler settler;
  private final Placement placement;
  private final Parking parking;
  private final Hand hand = new Hand();
  private final TaskThread thread;

  // All below is used by the thread alone.
  private final List<KafkaSubscription> subscriptions = new ArrayList<>();
  private Optional<Member> member = Optional.empty();
  private long noMemberBefore;
  private boolean isToJoinAnew;
  private boolean isSettling;
  private boolean isEnding;

  /** Makes what is a queue's own. */
  interface Parts {
    /** A member of its group. */
    Member member(Member.Owner owner);

    /** Called once, in the making. */
    Settler settler(Consumption consumption);

    /** Called once, in the making. */
    Parking parking(Consumption consumption);
  }

  /**
   * @param tasks where they gather, and where the thread waits while it does not poll
   */
  Consumption(String queue, Environment environment, Duration grace, Parts parts, Tasks tasks) {
    this.queue = queue;
    this.environment = environment;
    this.grace = grace;
    this.parts = parts;
    this.thread = new TaskThread(queue, environment.threads(), tasks);
    this.settler = parts.settler(this);
    this.placement = new Placement(hand, settler, environment.clock(), this::now);
    this.parking = parts.parking(this);
    this.noMemberBefore = now();
  }

  void start() {
    thread.start(this::run);
  }

  @Override
  public long now() {
    return environment.timers().nanoTime();
  }

  Settler settler() {
    return settler;
  }

  Hand hand() {
    return hand;
  }

  Placement placement() {
    return placement;
  }

  Parking parking() {
    return parking;
  }

  /** Where all of it happens. */
  TaskThread thread() {
    return thread;
  }

  private void run() {
    for (thread.runAll(); !isOver(); thread.runAll()) {
      try {
        long wait = round();
        if (member.isPresent()) {
          poll(member.get(), wait);
        } else {
          thread.runNext(wait);
        }
      } catch (KafkaException failure) {
        rejoin(failure);
      } catch (InterruptedException interrupted) {
        log.debug("queue {} is not stopped by an interrupt", queue, interrupted);
      } catch (RuntimeException | Error failure) {
        // Errors too: without its thread the queue would stand still, and nobody would know.
        log.error("a turn of queue {} failed", queue, failure);
        rejoin(failure);
      }
    }
  }

  private boolean isOver() {
    return thread.endsIf(() -> isEnding && member.isEmpty());
  }

  /**
   * Where something is not to be read, the wait is for tasks. The client would not wait as long as
   * it has read ahead of partitions that are paused, but look through that again and again. While
   * an answer is awaited, no task wakes the thread: most are settlements, which would wait for the
   * next commit all the same, and each turn costs a poll.
   */
  private void poll(Member present, long wait) throws InterruptedException {
    if (settler.isResting()) {
      thread.pause(BUSY_TURN_NANOS);
      return;
    }
    present.prepare();
    if (settler.awaitsAnswer()) {
      thread.pause(BUSY_TURN_NANOS);
      present.poll(Duration.ZERO);
      return;
    }
    if (present.isPaused()) {
      boolean isMore = present.poll(Duration.ZERO);
      long turn = present.isReading() ? PART_TURN_NANOS : FULL_TURN_NANOS;
      thread.runNext(isMore ? 0 : Math.min(wait, turn));
      return;
    }
    thread.poll(present, Duration.ofNanos(wait));
  }

  /** All that is to be done now; how long there is nothing to do then, in nanoseconds. */
  private long round() {
    long now = now();
    joinOrLeave(now);
    placement.goOn(now);
    parking.goOn(now);
    placement.take(member.map(Member::holdings).orElse(List.of()));
    placement.handOver(subscriptions, now);
    // What was handed over begins with the next commit, not with the one after it.
    boolean isNews = thread.runAll();
    settler.goOn();
    if (settler.awaitsAnswer()) {
      return BUSY_TURN_NANOS;
    }
    // What tasks have changed may have more to hand over.
    long rest = isNews ? 0 : Math.min(placement.rest(now), parking.rest(now));
    return Math.min(TURN_NANOS_MAX, rest);
  }

  private void joinOrLeave(long now) {
    if (member.isPresent() && (subscriptions.isEmpty() || isToJoinAnew)) {
      leave();
    }
    isToJoinAnew = false;
    if (member.isEmpty() && !subscriptions.isEmpty() && now - noMemberBefore >= 0) {
      member = Optional.of(parts.member(this));
    }
  }

  private void leave() {
    // Nothing runs any more; what is on its way comes to its end, whatever the grace.
    long until = now() + Math.max(grace.toNanos(), GIVE_BACK_NANOS);
    settleUntil(until, () -> settler.isBusy());
    member.ifPresent(Member::leave);
    member = Optional.empty();
    settler.memberIsGone();
  }

  /** The client has come to an end that it does not come back from by itself. */
  private void rejoin(Throwable failure) {
    log.warn("the consumer of queue {} has failed and is made anew: {}", queue, failure.toString());
    log.debug("it failed with", failure);
    member.ifPresent(Member::abandon);
    member = Optional.empty();
    settler.memberIsGone();
    noMemberBefore = now() + MEMBER_AGAIN.toNanos();
  }

  /** A consumer more. */
  void add(KafkaSubscription subscription) {
    subscriptions.add(subscription);
  }

  /** A consumer has closed: what it held goes back at once, to another one or to the group. */
  void remove(KafkaSubscription subscription) {
    if (subscriptions.remove(subscription)) {
      hand.heldBy(subscription).forEach(placement::comesAgain);
      // Not in the middle of what the client is doing: the next round does it then.
      if (subscriptions.isEmpty() && !isSettling) {
        leave();
      }
    }
  }

  List<Settled> renew(KafkaSubscription subscription, List<Lease> leases, long byNanos) {
    long until = now() + byNanos;
    return leases.stream()
        .map(
            lease -> {
              Optional<KafkaLease> mine = held(subscription, lease);
              mine.ifPresent(held -> hand.renew(held, until));
              return mine.isPresent() ? Settled.DONE : Settled.STALE;
            })
        .toList();
  }

  /** The lease, if this subscription holds it. Thread-safe. */
  Optional<KafkaLease> held(KafkaSubscription subscription, Lease lease) {
    return lease instanceof KafkaLease mine
            && mine.isHeldBy(subscription)
            && mine.endsAt() - now() > 0
        ? Optional.of(mine)
        : Optional.empty();
  }

  /** The member of the group, while there is one. */
  Optional<Member> member() {
    return member;
  }

  /**
   * What is here of the queue.
   *
   * @param held how many messages are handed over
   * @param parked how many wait parked
   */
  record Counts(long held, long parked) {}

  /** The counts of this process. */
  CompletionStage<Counts> counts() {
    CompletableFuture<Counts> counts = new CompletableFuture<>();
    if (!thread.offer(() -> counts.complete(new Counts(hand.heldCount(), parkedCount())))) {
      counts.complete(new Counts(0, 0));
    }
    return counts;
  }

  private long parkedCount() {
    return member.map(Member::holdings).orElse(List.of()).stream()
        .flatMap(holding -> holding.lines().stream())
        .mapToLong(Lines::waitingCount)
        .sum();
  }

  /** The order of the queue has changed, of which a member is told when it joins. */
  void joinAnew() {
    thread.execute(() -> isToJoinAnew = true);
  }

  @Override
  public boolean isOpen() {
    return hand.isOpen();
  }

  @Override
  public void undisturbed(Runnable action) {
    thread.undisturbed(action);
  }

  @Override
  public void taken(List<Holding> leaving) {
    // What waits can go to the next owner at once; what runs has a moment to end.
    long until = now() + grace.toNanos();
    leaving.forEach(Holding::leave);
    settleUntil(
        until,
        () -> settler.isBusy() || leaving.stream().anyMatch(holding -> holding.busyCount() > 0));
    giveBackBegun(leaving);
  }

  /** What is parked and runs still is not cut off by a crash. */
  private void giveBackBegun(List<Holding> leaving) {
    List<KafkaLease> begun = leaving.stream().flatMap(holding -> holding.begun().stream()).toList();
    if (!begun.isEmpty()) {
      begun.forEach(settler::giveBack);
      settleUntil(now() + GIVE_BACK_NANOS, () -> settler.isBusy());
    }
  }

  @Override
  public void learned(Holding holding) {
    if (holding.order().isPresent()) {
      parking.follow(holding);
    }
  }

  @Override
  public boolean isUndecided(Holding holding) {
    return settler.isUndecided(holding);
  }

  @Override
  public void beganAnew(Holding holding) {
    settler.owe(holding);
  }

  @Override
  public void gone(List<Holding> lost) {
    lost.forEach(
        holding -> {
          parking.leave(holding);
          hand.drop(holding.forget());
        });
  }

  /** Settles what there is to settle without polling, as long as the condition holds. */
  private void settleUntil(long until, TaskThread.Condition goesOn) {
    isSettling = true;
    try {
      settler.inOneGo(true);
      thread.runAll();
      settler.goOn();
      while (goesOn.holds() && until - now() > 0) {
        thread.runNext(Math.min(until - now(), TURN_NANOS_MAX));
        thread.runAll();
        settler.goOn();
      }
    } catch (InterruptedException interrupted) {
      log.debug("queue {} is not stopped by an interrupt", queue, interrupted);
    } finally {
      settler.inOneGo(false);
      isSettling = false;
    }
  }

  void tellLate() {
    log.warn(
        "queue {} could not be left in good order; what was leased of it comes again when the"
            + " session of this process is over",
        queue);
  }

  /** Gives everything back and ends the thread. Blocks until then, for some seconds at most. */
  void end() {
    boolean isTaken =
        thread.offer(
            () -> {
              isEnding = true;
              List.copyOf(subscriptions).forEach(this::close);
            });
    if (isTaken && !thread.isHere() && !thread.join(END_MAX)) {
      tellLate();
    }
  }

  private void close(KafkaSubscription subscription) {
    subscription.stop();
    remove(subscription);
  }
}
