// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Worker;
import dev.redrive.spi.Environment;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes a queue's messages to its handler: credit, admission, the beginning of attempts, and how
 * many of them run at once. The way of a message through here: {@link #receive} → {@link #pump} →
 * {@link Duplicates} → begun → {@link Invoker} → settled → {@link #left}. How many messages are
 * asked for is the {@link Window}'s matter.
 */
final class HandlerWorker<T> implements Worker, Intake.Receiver, Turnstile.Holder {
  static final String PAUSED = "the queue was paused";

  private final QueueEngine<T> queue;
  private final Invoker<T> invoker;
  private final Function<Intake.Receiver, Intake> subscribe;
  private final Environment environment;
  private final Turnstile turnstile;
  private final Beginning<T> beginning;
  private final Drains drains = new Drains();
  private final Object lock = new Object();
  // All below is guarded by the lock, under which nothing foreign is called.
  private final InHand buffered;
  private Seat seat;
  private final Window window = new Window();
  private @Nullable Intake intake;
  // Attempts from the asking that they begin until they have ended.
  private int attempts;
  private boolean isClosed;

  HandlerWorker(
      QueueEngine<T> queue,
      Invoker<T> invoker,
      Environment environment,
      Function<Intake.Receiver, Intake> subscribe) {
    this.queue = queue;
    this.invoker = invoker;
    this.subscribe = subscribe;
    this.environment = environment;
    this.turnstile = new Turnstile(queue, environment, this);
    this.beginning = new Beginning<>(queue, invoker, this::isPresent, this::attemptEnded);
    this.buffered = new InHand(queue.options().choice());
    this.seat = queue.seat(this::pump);
  }

  /** Subscribes, without asking for anything yet; does nothing if it has. One call at a time. */
  @Override
  public void open() {
    synchronized (lock) {
      if (isClosed || intake != null) {
        return;
      }
    }
    Intake opened = subscribe.apply(this);
    synchronized (lock) {
      if (!isClosed) {
        intake = opened;
        window.reopen();
      }
    }
    if (!isPresent(opened)) {
      drains.add(opened);
    }
  }

  /** Begins to take messages, if it is open. */
  void start() {
    refill();
  }

  private boolean isPresent(Intake candidate) {
    synchronized (lock) {
      return intake == candidate;
    }
  }

  /**
   * Takes nothing more until it is opened and started again; what runs goes on, what is buffered
   * goes back.
   */
  void pause() {
    giveUp(PAUSED);
  }

  @Override
  public void giveUp(String why) {
    Intake left;
    List<Handed> returned;
    synchronized (lock) {
      // First of all, as there may be no memory for it.
      returned = buffered.takeAll();
      left = intake;
      intake = null;
    }
    if (left != null) {
      // First of all: what goes back must not come here again.
      drains.add(left);
    }
    returned.addAll(turnstile.takeAside());
    returned.forEach(message -> queue.settler().giveBack(message, why));
  }

  /** Follows the queue's changed options. */
  void adapt() {
    Seat changed = queue.seat(this::pump);
    Seat left;
    int running;
    synchronized (lock) {
      left = seat;
      seat = changed;
      running = attempts;
      seat.move(running);
      buffered.choose(queue.options().choice());
    }
    left.leave(running);
    invoker.limit(queue.options().concurrency(), queue.options().timeout());
    pump();
    refill();
  }

  @Override
  public void receive(List<Handed> messages) {
    count(messages);
    for (Handed message : messages) {
      try {
        if (!queue.settler().turnsAway(message)) {
          takeAgain(message);
        }
      } catch (Throwable failure) {
        message.letGo(failure);
      }
    }
    invoker.together(this::pump);
    // What is in hand says how much more may be, and who stands aside takes no place.
    refill();
  }

  private void count(List<Handed> messages) {
    synchronized (lock) {
      int ofPresent = 0;
      for (Handed message : messages) {
        ofPresent += message.intake() == intake ? 1 : 0;
      }
      window.came(messages.size(), ofPresent);
    }
  }

  @Override
  public void takeAgain(Handed message) {
    boolean isIn;
    synchronized (lock) {
      isIn = message.intake() == intake && buffered.add(message, environment.timers().nanoTime());
    }
    if (!isIn) {
      queue.settler().giveBack(message, PAUSED);
    }
  }

  @Override
  public void putBack(Handed message) {
    // It has kept its place.
    takeAgain(message);
  }

  @Override
  public void goOn() {
    invoker.together(this::pump);
    refill();
  }

  Turnstile turnstile() {
    return turnstile;
  }

  /** Begins as many attempts as may run. */
  private void pump() {
    while (true) {
      Handed next;
      synchronized (lock) {
        next = next();
        if (next == null) {
          return;
        }
        attempts++;
      }
      boolean isBeginning = false;
      try {
        // Looked at again: it may have waited for its turn beyond its deadline; or it was let go
        // for want of memory.
        if (!next.isClaimed() && !queue.settler().turnsAway(next) && turnstile.passes(next)) {
          queue.duplicates().ask(next, beginning);
          isBeginning = true;
        }
      } catch (Throwable failure) {
        next.letGo(failure);
      } finally {
        if (!isBeginning) {
          noneBegan();
        }
      }
    }
  }

  /** The message whose attempt may begin now; null if none may. Called under the lock. */
  private @Nullable Handed next() {
    if (buffered.isEmpty() || attempts >= queue.options().concurrency() || turnstile.isClosed()) {
      seat.decline();
      return null;
    }
    return seat.take() ? buffered.poll() : null;
  }

  private void noneBegan() {
    synchronized (lock) {
      attempts--;
      seat.unused();
    }
  }

  private void endOne() {
    synchronized (lock) {
      attempts--;
      seat.free();
    }
  }

  private void attemptEnded() {
    endOne();
    pump();
    refill();
  }

  @Override
  public void ending() {
    synchronized (lock) {
      window.ending();
    }
  }

  @Override
  public void left(boolean wasEnding) {
    synchronized (lock) {
      window.left(wasEnding);
    }
    refill();
  }

  @Override
  public void missed(Intake from, int count) {
    synchronized (lock) {
      window.missed(from == intake ? count : 0);
    }
    refill();
  }

  @Override
  public void upkeep() {
    turnstile.upkeep();
  }

  @Override
  public boolean hasWindow() {
    return true;
  }

  private void refill() {
    Intake open;
    int wanted;
    synchronized (lock) {
      open = intake;
      if (open == null || turnstile.isClosed()) {
        return;
      }
      wanted = window.ask(queue.options().concurrency(), buffered, turnstile);
    }
    if (wanted > 0) {
      open.request(wanted);
    }
  }

  @Override
  public int runningCount() {
    return invoker.runningCount();
  }

  @Override
  public CompletionStage<Void> drain() {
    synchronized (lock) {
      isClosed = true;
    }
    pause();
    return drains.all();
  }

  @Override
  public void close() {
    CompletionStage<Void> drained = drain();
    invoker.stop();
    drained.whenComplete((done, error) -> queue.forget(this));
    synchronized (lock) {
      // What still runs frees its attempt when it ends.
      seat.leave(0);
    }
  }
}
