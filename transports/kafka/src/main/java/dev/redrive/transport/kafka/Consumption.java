// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
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
  // Clocks that disagree may take a message off the ladder at once: it is not to come and go as
  // fast as it can. Nor is one that cannot be moved.
  private static final long ASIDE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SLICE = 50;
  private static final Duration MEMBER_AGAIN = Duration.ofSeconds(1);
  private static final Duration END_MAX = Duration.ofSeconds(15);

  private final String queue;
  private final Environment environment;
  private final Duration grace;
  private final Members members;
  private final Settler settler;
  private final Hand hand = new Hand();
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  // Where the thread is while it polls, to be woken for a task.
  private volatile @Nullable Member polling;
  private volatile @Nullable Thread thread;
  private volatile boolean isEnded;

  // All below is used by the thread alone.
  private final List<KafkaSubscription> subscriptions = new ArrayList<>();
  private Optional<Member> member = Optional.empty();
  private long noMemberBefore;
  private int turn;
  private boolean isSettling;
  private boolean isEnding;

  /** Makes members of the queue's group. */
  interface Members {
    Member join(Member.Owner owner);
  }

  Consumption(
      String queue,
      Environment environment,
      Duration grace,
      Members members,
      Settler.Factory settlers) {
    this.queue = queue;
    this.environment = environment;
    this.grace = grace;
    this.members = members;
    this.settler = settlers.settler(this);
    this.noMemberBefore = now();
  }

  void start() {
    Thread started = environment.threads().newThread(this::run);
    thread = started;
    started.start();
  }

  /** As {@code Timers.nanoTime}. */
  long now() {
    return environment.timers().nanoTime();
  }

  Settler settler() {
    return settler;
  }

  Hand hand() {
    return hand;
  }

  boolean isHere() {
    return Thread.currentThread() == thread;
  }

  void execute(Runnable task) {
    offer(task);
  }

  /** Runs the task on the queue's thread; false, and not at all, once that has ended. */
  boolean offer(Runnable task) {
    synchronized (tasks) {
      if (isEnded) {
        return false;
      }
      tasks.add(task);
    }
    Member waiting = polling;
    if (waiting != null) {
      waiting.wake();
    }
    return true;
  }

  /** Runs a task that must be run, on the queue's thread or, when that has ended, here. */
  void tell(Runnable task) {
    if (!offer(task)) {
      task.run();
    }
  }

  private void run() {
    for (runTasks(); !isOver(); runTasks()) {
      try {
        long wait = round();
        if (member.isPresent()) {
          poll(member.get(), wait);
        } else {
          runTask(tasks.poll(wait, TimeUnit.NANOSECONDS));
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
    synchronized (tasks) {
      isEnded = isEnding && tasks.isEmpty() && member.isEmpty();
      return isEnded;
    }
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      runTask(task);
    }
  }

  private void runTask(@Nullable Runnable task) {
    if (task == null) {
      return;
    }
    try {
      task.run();
    } catch (RuntimeException | Error failure) {
      log.error("a task of queue {} failed", queue, failure);
    }
  }

  /**
   * Where nothing is to be read, the wait is for tasks. The client would not wait as long as it has
   * read ahead of partitions that are paused, but look through that again and again.
   */
  private void poll(Member present, long wait) throws InterruptedException {
    if (settler.isResting()) {
      pause();
      return;
    }
    present.prepare();
    if (settler.awaitsAnswer()) {
      pause();
      present.poll(Duration.ZERO);
      return;
    }
    if (!present.isReading()) {
      present.poll(Duration.ZERO);
      runTask(tasks.poll(Math.min(wait, FULL_TURN_NANOS), TimeUnit.NANOSECONDS));
      return;
    }
    polling = present;
    try {
      // Looked at after it can be woken: what comes later wakes it.
      present.poll(Duration.ofNanos(tasks.isEmpty() ? wait : 0));
    } finally {
      polling = null;
    }
  }

  /**
   * A moment in which no task wakes the thread: most are settlements, which would wait for the next
   * commit all the same, and each turn costs a poll.
   */
  private static void pause() throws InterruptedException {
    LockSupport.parkNanos(BUSY_TURN_NANOS);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** All that is to be done now; how long there is nothing to do then, in nanoseconds. */
  private long round() {
    long now = now();
    joinOrLeave(now);
    hand.ended(now).forEach(lease -> comesAgain(lease));
    take();
    hand.fromAside(now).forEach(this::placeOrPostpone);
    handOver(now);
    // What was handed over begins with the next commit, not with the one after it.
    runTasks();
    settler.goOn();
    return settler.awaitsAnswer() ? BUSY_TURN_NANOS : Math.min(TURN_NANOS_MAX, hand.rest(now));
  }

  private void joinOrLeave(long now) {
    if (member.isEmpty() && !subscriptions.isEmpty() && now - noMemberBefore >= 0) {
      member = Optional.of(members.join(this));
    }
    if (member.isPresent() && subscriptions.isEmpty()) {
      leave();
    }
  }

  private void leave() {
    long until = now() + grace.toNanos();
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

  /** Takes records into hands, some of each partition in turn. */
  private void take() {
    List<Holding> holdings = member.map(Member::holdings).orElse(List.of());
    boolean isMore = true;
    while (isMore && hand.isOpen()) {
      isMore = false;
      for (int i = 0; i < holdings.size() && hand.isOpen(); i++) {
        isMore |= takeSlice(holdings.get(Math.floorMod(turn + i, holdings.size())));
      }
    }
  }

  /** False if there is nothing more to take of this partition now. */
  private boolean takeSlice(Holding holding) {
    for (int i = 0; i < SLICE && hand.isOpen(); i++) {
      Optional<KafkaLease> taken = holding.take();
      if (taken.isEmpty()) {
        return false;
      }
      place(taken.get());
    }
    return true;
  }

  /** What is due before long waits to be asked for; the rest goes to the ladder in a moment. */
  private void place(KafkaLease lease) {
    if (isEarly(lease)) {
      hand.putAside(lease, now() + ASIDE_NANOS);
    } else {
      hand.add(lease);
    }
  }

  private void placeOrPostpone(KafkaLease lease) {
    if (isEarly(lease)) {
      settler.postpone(lease);
    } else {
      hand.add(lease);
    }
  }

  private boolean isEarly(KafkaLease lease) {
    return lease.dueAt().isAfter(environment.clock().instant().plus(Ladder.EARLIEST));
  }

  /** The lease has ended, and its record is in hand again. */
  void comesAgain(KafkaLease ended) {
    place(ended.holding().takeAgain(ended));
  }

  /** The same, after a moment. */
  void comesLater(KafkaLease ended) {
    hand.putAside(ended.holding().takeAgain(ended), now() + ASIDE_NANOS);
  }

  /** What is in hand goes to who asked for it, to each in turn. */
  private void handOver(long now) {
    for (int i = 0; i < subscriptions.size() && hand.hasWaiting(); i++) {
      KafkaSubscription subscription =
          subscriptions.get(Math.floorMod(turn + i, subscriptions.size()));
      List<InMessage> messages = new ArrayList<>();
      while (messages.size() < subscription.credit() && hand.hasWaiting()) {
        KafkaLease lease = hand.next().orElseThrow();
        if (isEarly(lease)) {
          // The clock was set back since.
          hand.putAside(lease, now + ASIDE_NANOS);
        } else {
          hand.hold(lease, subscription, now + subscription.leaseNanos());
          messages.add(lease.message());
        }
      }
      if (!messages.isEmpty()) {
        subscription.handOver(messages);
      }
    }
    turn++;
  }

  /** A consumer more. */
  void add(KafkaSubscription subscription) {
    subscriptions.add(subscription);
  }

  /** A consumer has closed: what it held goes back at once, to another one or to the group. */
  void remove(KafkaSubscription subscription) {
    if (subscriptions.remove(subscription)) {
      hand.heldBy(subscription).forEach(this::comesAgain);
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

  /** How many messages are handed over. */
  CompletionStage<Long> runningCount() {
    CompletableFuture<Long> count = new CompletableFuture<>();
    if (!offer(() -> count.complete((long) hand.heldCount()))) {
      count.complete(0L);
    }
    return count;
  }

  @Override
  public boolean isOpen() {
    return hand.isOpen();
  }

  @Override
  public void taken(List<Holding> leaving) {
    Member waking = polling;
    // Not to be woken out of what must have an answer.
    polling = null;
    // What waits can go to the next owner at once; what runs has a moment to end.
    long until = now() + grace.toNanos();
    leaving.forEach(Holding::leave);
    settleUntil(
        until,
        () -> settler.isBusy() || leaving.stream().anyMatch(holding -> holding.busyCount() > 0));
    polling = waking;
    if (waking != null && !tasks.isEmpty()) {
      waking.wake();
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
    lost.forEach(holding -> hand.drop(holding.forget()));
  }

  private interface Condition {
    boolean holds();
  }

  /** Settles what there is to settle without polling, as long as the condition holds. */
  private void settleUntil(long until, Condition goesOn) {
    isSettling = true;
    try {
      settler.inOneGo(true);
      runTasks();
      settler.goOn();
      while (goesOn.holds() && until - now() > 0) {
        runTask(tasks.poll(Math.min(until - now(), TURN_NANOS_MAX), TimeUnit.NANOSECONDS));
        runTasks();
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
        offer(
            () -> {
              isEnding = true;
              List.copyOf(subscriptions).forEach(this::close);
            });
    Thread ending = thread;
    if (!isTaken || ending == null || isHere()) {
      return;
    }
    try {
      ending.join(END_MAX.toMillis());
      if (ending.isAlive()) {
        tellLate();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void close(KafkaSubscription subscription) {
    subscription.stop();
    remove(subscription);
  }
}
