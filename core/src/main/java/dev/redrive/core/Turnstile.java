// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.gate.Answer;
import dev.redrive.spi.Environment;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the messages that a consumer of a queue has in hand pass its gates one by one, and where
 * those wait that may not pass. A brief wait is spent in hand, under the lease; for a longer one
 * the message goes back to the transport, uncounted, and if all must wait, so does everything in
 * hand, and nothing is asked for until the wait is over.
 *
 * <p>The order of a key is kept throughout: of one key only the first message is ever handed over
 * (T-36), and a message that is put off keeps its place (T-37).
 *
 * <p>In a crash the leases end and the messages come again, uncounted, as no attempt has begun.
 */
final class Turnstile {
  private static final Logger log = LoggerFactory.getLogger(Turnstile.class);

  /** Has the messages in hand. Nothing of it is called with a lock held. */
  interface Holder {
    /** Takes a message that did not pass as the first of those in hand. */
    void putBack(Handed message);

    /** Takes a message that stood aside as the last of those in hand. */
    void takeAgain(Handed message);

    /** Has messages in hand ask again, and asks the transport for more. */
    void goOn();

    /** Gives back what is in hand, and has nothing more come. */
    void giveUp(String why);

    /** Lets messages come again. */
    void open();
  }

  private final QueueEngine<?> queue;
  private final Executor executor;
  private final Holder holder;
  private final Valve valve;
  private final Aside aside;
  // What the gates said when they last had all wait for long.
  private volatile String why = "";

  Turnstile(QueueEngine<?> queue, Environment environment, Holder holder) {
    this.queue = queue;
    this.executor = environment.executor();
    this.holder = holder;
    this.valve = new Valve(environment, this::comeBack);
    this.aside = new Aside(environment, this::stepBack);
  }

  /** True while no message need ask. */
  boolean isClosed() {
    return valve.isClosed();
  }

  /** How many messages may be in hand, of those that may be as far as concurrency goes. */
  int window(int most) {
    return valve.window(most);
  }

  /** How many stand aside. */
  int asideCount() {
    return aside.count();
  }

  /** Takes out all that stand aside. */
  List<Handed> takeAside() {
    return aside.takeAll();
  }

  /** Asks the gates. If they do not let the message pass, it waits, and is not the caller's. */
  boolean passes(Handed message) {
    Gates gates = queue.guard();
    if (gates.isNone()) {
      // There may have been some before, which left little in hand.
      hasPassed();
      return true;
    }
    long mark = valve.mark();
    Answer.Wait wait = gates.ask(message);
    if (wait == null) {
      hasPassed();
      return true;
    }
    if (wait.reach() == Answer.Reach.QUEUE) {
      keepAllWaiting(message, wait, mark);
    } else {
      keepWaiting(message, wait, mark);
    }
    return false;
  }

  private void hasPassed() {
    if (valve.passed()) {
      elsewhere(holder::goOn);
    }
  }

  private void keepAllWaiting(Handed message, Answer.Wait wait, long mark) {
    why = wait.why();
    // Before: if it cannot be closed, the caller lets the message go, which must not be in hand.
    valve.close(wait.time(), mark);
    holder.putBack(message);
    if (valve.isClosedLong()) {
      // To give up a subscription may wait for the thread that this is.
      elsewhere(() -> queue.pauses().inOrder(this::leave));
    }
  }

  private void keepWaiting(Handed message, Answer.Wait wait, long mark) {
    boolean isBrief = wait.time().compareTo(Valve.IN_HAND_MAX) <= 0;
    if (isBrief && aside.add(message, queue.nanoTime() + wait.time().toNanos())) {
      if (valve.isKnockedSince(mark) && aside.take(message)) {
        holder.takeAgain(message);
      }
    } else if (message.claim()) {
      queue.settler().putOff(message, wait);
    }
  }

  /** The wait of one that stood aside is over. */
  private void stepBack(Handed message) {
    try {
      holder.takeAgain(message);
    } catch (Throwable failure) {
      message.letGo(failure);
    }
    try {
      holder.goOn();
    } catch (Throwable failure) {
      // Those whose wait is over with this one must go on all the same; upkeep has it asked again.
      log.error("a message that waited at a gate cannot go on yet", failure);
    }
  }

  /** Goes on with what could not go on for want of memory. */
  void upkeep() {
    if (aside.count() > 0 || valve.isClosed()) {
      aside.watch();
      valve.watch();
    }
    holder.goOn();
  }

  /**
   * An attempt of the queue has ended: who waits briefly may pass now. Throws nothing.
   *
   * @param key its key, or an empty text
   */
  void knock(String key) {
    if (valve.knock() || aside.has(key)) {
      elsewhere(() -> goOn(key));
    }
  }

  // Whoever begins or ends an attempt may be in the middle of something.
  private void elsewhere(Runnable task) {
    try {
      executor.execute(task);
    } catch (Throwable refused) {
      log.debug("no thread for what waits at a gate; it waits for its time", refused);
    }
  }

  private void goOn(String key) {
    Handed first = aside.take(key);
    if (!valve.isClosedLong()) {
      valve.open();
    }
    if (first == null) {
      holder.goOn();
    } else {
      stepBack(first);
    }
  }

  /** The time that gates said need not be waited for. Throws nothing. */
  void wake() {
    elsewhere(this::comeBack);
  }

  private void leave() {
    if (valve.isClosedLong()) {
      valve.narrow();
      holder.giveUp(why);
    }
  }

  private void comeBack() {
    queue
        .pauses()
        .inOrder(
            () -> {
              valve.open();
              if (queue.pauses().isTaking()) {
                reopen();
              }
            });
    holder.goOn();
  }

  private void reopen() {
    try {
      holder.open();
    } catch (RuntimeException | Error failure) {
      log.warn(
          "queue {} cannot be taken from yet, tried again: {}", queue.name(), failure.toString());
      valve.close(Valve.IN_HAND_MAX, valve.mark());
    }
  }
}
