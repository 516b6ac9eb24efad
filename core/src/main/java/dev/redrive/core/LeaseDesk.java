// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Delivery;
import dev.redrive.Message;
import dev.redrive.RedriveException;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to consumers that settle them themselves. Consumers wait in line; each gets what
 * has come when it is its turn.
 *
 * <p>Credit is only as much as those in line want. When something comes and nobody waits any more,
 * it goes back, and the subscription that still has credit is given up with it: otherwise the
 * message would be handed over and given back again and again until that credit is used up.
 */
final class LeaseDesk<T> implements Intake.Receiver, Turnstile.Holder {
  private static final Logger log = LoggerFactory.getLogger(LeaseDesk.class);
  private static final String PAUSED = "the queue was paused";
  private static final int MAX = 1_000;
  // Who does not want to wait still lets the transport look whether there is something.
  private static final Duration WAIT_MIN = Duration.ofMillis(100);

  private final QueueEngine<T> queue;
  private final Environment environment;
  private final Function<Intake.Receiver, Intake> subscribe;
  private final Drains drains = new Drains();
  // In the order they came, so that on virtual time a run is always the same.
  private final Set<LeasedDelivery<T>> open = Collections.synchronizedSet(new LinkedHashSet<>());
  private final Turnstile turnstile;
  // Few, unless a gate keeps them waiting.
  private final Kept kept = new Kept();
  private final LeaseLine<T> line = new LeaseLine<>();
  private final Object lock = new Object();
  // All below is guarded by the lock, under which nothing foreign is called.
  private @Nullable Intake intake;
  // Messages that were asked of the present intake and have not come.
  private int credit;
  private boolean isPaused;
  private boolean isClosed;

  LeaseDesk(
      QueueEngine<T> queue, Environment environment, Function<Intake.Receiver, Intake> subscribe) {
    this.queue = queue;
    this.environment = environment;
    this.subscribe = subscribe;
    this.turnstile = new Turnstile(queue, environment, this);
  }

  Turnstile turnstile() {
    return turnstile;
  }

  CompletionStage<List<Delivery<T>>> lease(int max, Duration wait, Duration lease) {
    if (max < 1 || max > MAX) {
      throw new IllegalArgumentException("max must be 1 to " + MAX + ", not " + max);
    }
    if (lease.isNegative() || lease.isZero() || wait.isNegative()) {
      throw new IllegalArgumentException("the lease must be positive, and the wait not negative");
    }
    Duration waits = wait.compareTo(WAIT_MIN) < 0 ? WAIT_MIN : wait;
    LeaseWaiter<T> waiter =
        new LeaseWaiter<>(max, lease, Times.later(queue.nanoTime(), Times.nanos(waits)));
    if (!line.add(waiter)) {
      throw closed();
    }
    Timers.Timer timer = timer(waiter, waits);
    CompletionStage<List<Delivery<T>>> answer = waiter.answer();
    answer.whenComplete(
        (deliveries, error) -> {
          // Also when the consumer cancels it: then it must not be served any more.
          line.leave(waiter);
          timer.cancel();
        });
    try {
      ask();
    } catch (RuntimeException | Error failure) {
      waiter.answer().completeExceptionally(failure);
    }
    return answer;
  }

  private Timers.Timer timer(LeaseWaiter<T> waiter, Duration waits) {
    try {
      return environment.timers().after(waits, () -> leaveEmpty(waiter));
    } catch (RuntimeException | Error failure) {
      // Its consumer is told, and must not be served any more.
      line.leave(waiter);
      throw failure;
    }
  }

  /** Its time is over, unless it is being served and so about to be answered. */
  private void leaveEmpty(LeaseWaiter<T> waiter) {
    if (line.leave(waiter)) {
      waiter.answer().complete(List.of());
    }
  }

  private RedriveException closed() {
    return new RedriveException("the queue " + queue.name() + " is closed");
  }

  /** Asks the transport for as much as those in line want. */
  private void ask() {
    if (turnstile.isClosed() || !isAnybodyServed()) {
      return;
    }
    subscribeIfNeeded();
    Intake from;
    int wanted;
    synchronized (lock) {
      from = intake;
      if (from == null) {
        return;
      }
      wanted = turnstile.window(line.wanted()) - credit - kept.size();
      if (wanted <= 0) {
        return;
      }
      credit += wanted;
    }
    from.request(wanted);
  }

  // On a transport's thread nobody wants to hear of it; who is in line asks again in time.
  private void askAgain() {
    try {
      ask();
    } catch (RuntimeException | Error failure) {
      log.warn("no messages can be leased from queue {} now: {}", queue.name(), failure.toString());
    }
  }

  private boolean isAnybodyServed() {
    synchronized (lock) {
      return !isPaused && !isClosed && !line.isEmpty();
    }
  }

  private void subscribeIfNeeded() {
    synchronized (lock) {
      if (intake != null) {
        return;
      }
    }
    Intake opened = subscribe.apply(this);
    synchronized (lock) {
      if (intake == null && !isPaused && !isClosed) {
        intake = opened;
        credit = 0;
        return;
      }
    }
    drains.add(opened);
  }

  /** Takes nothing more from the present subscription; who asks next gets a new one. */
  private void giveUpSubscription() {
    Intake left;
    synchronized (lock) {
      left = intake;
      intake = null;
    }
    if (left != null) {
      drains.add(left);
    }
  }

  @Override
  public void receive(List<Handed> messages) {
    count(messages);
    for (Handed message : messages) {
      try {
        takeAgain(message);
      } catch (Throwable failure) {
        message.letGo(failure);
      }
    }
    serve();
  }

  /** Gives what is kept to those in line, as far as the gates let it pass. */
  private void serve() {
    while (!turnstile.isClosed() && kept.size() > 0) {
      LeaseWaiter<T> waiter = next();
      if (waiter == null) {
        giveUp("nobody waits for it any more");
        // Somebody may have come between the look and the giving up.
        askAgain();
        return;
      }
      serve(waiter);
    }
  }

  private void serve(LeaseWaiter<T> waiter) {
    List<Handed> share = List.of();
    try {
      Share<T> begun =
          new Share<>(
              queue,
              (handed, message) -> open(handed, message, waiter.lease()),
              deliveries -> served(waiter, deliveries));
      share = new ArrayList<>(waiter.max());
      fill(share, waiter.max());
      if (share.isEmpty()) {
        waitOn(waiter);
      } else {
        begun.begin(share);
      }
    } catch (Throwable failure) {
      share.forEach(Handed::letGo);
      waiter.answer().completeExceptionally(failure);
    }
  }

  private void served(LeaseWaiter<T> waiter, List<Delivery<T>> deliveries) {
    if (deliveries.isEmpty()) {
      waitOn(waiter);
    } else if (!waiter.answer().complete(deliveries)) {
      // It has gone meanwhile, and nobody else would settle them.
      deliveries.forEach(Delivery::release);
    }
  }

  private void fill(List<Handed> share, int max) {
    while (share.size() < max && !turnstile.isClosed()) {
      Handed next = kept.poll();
      if (next == null) {
        return;
      }
      try {
        // Looked at here: it may have been kept beyond its deadline.
        if (!next.isClaimed() && !queue.settler().turnsAway(next) && turnstile.passes(next)) {
          share.add(next);
        }
      } catch (Throwable failure) {
        next.letGo(failure);
      }
    }
  }

  @Override
  public void takeAgain(Handed message) {
    kept.add(message);
  }

  @Override
  public void putBack(Handed message) {
    kept.addFirst(message);
  }

  @Override
  public void goOn() {
    serve();
    askAgain();
  }

  @Override
  public void giveUp(String why) {
    giveUpSubscription();
    List<Handed> returned = turnstile.takeAside();
    returned.addAll(kept.takeAll());
    returned.forEach(message -> queue.settler().giveBack(message, why));
  }

  private @Nullable LeaseWaiter<T> next() {
    synchronized (lock) {
      return isPaused || isClosed ? null : line.next();
    }
  }

  private void count(List<Handed> messages) {
    synchronized (lock) {
      for (Handed message : messages) {
        credit -= message.intake() == intake ? 1 : 0;
      }
    }
  }

  /** All were turned away (undecodable, lost): that is no answer, the consumer waits on. */
  private void waitOn(LeaseWaiter<T> waiter) {
    if (line.comeBack(waiter, queue::nanoTime)) {
      askAgain();
    } else {
      waiter.answer().complete(List.of());
    }
  }

  private Delivery<T> open(Handed handed, Message<T> message, Duration lease) {
    LeasedDelivery<T> delivery =
        new LeasedDelivery<>(
            handed, message, queue.context(handed), queue.settler(), environment, open::remove);
    open.add(delivery);
    try {
      delivery.leaseFor(lease);
    } catch (RuntimeException | Error failure) {
      open.remove(delivery);
      throw failure;
    }
    return delivery;
  }

  @Override
  public void ending() {
    // Credit here follows who waits, not what is settled.
  }

  @Override
  public void left(boolean wasEnding) {
    // As above.
  }

  @Override
  public void missed(Intake from, int count) {
    synchronized (lock) {
      credit -= from == intake ? count : 0;
    }
    askAgain();
  }

  @Override
  public void upkeep() {
    turnstile.upkeep();
  }

  @Override
  public boolean hasWindow() {
    return false;
  }

  void pause() {
    synchronized (lock) {
      isPaused = true;
    }
    giveUp(PAUSED);
  }

  /** Ends the pause, and subscribes if anybody is in line, without asking for anything yet. */
  @Override
  public void open() {
    synchronized (lock) {
      isPaused = false;
    }
    if (isAnybodyServed()) {
      subscribeIfNeeded();
    }
  }

  /** Serves those in line. */
  void start() {
    askAgain();
  }

  /** Sends those in line away with an error, and takes nothing more. */
  CompletionStage<Void> drain() {
    synchronized (lock) {
      isClosed = true;
    }
    for (LeaseWaiter<T> waiter : line.close()) {
      waiter.answer().completeExceptionally(closed());
    }
    giveUp(PAUSED);
    return drains.all();
  }

  /** Hands back what is leased, uncounted. */
  void close() {
    for (LeasedDelivery<T> delivery : List.copyOf(open)) {
      delivery.release();
    }
  }
}
