// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Subscription;
import dev.redrive.spi.Timers;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a subscription is asked for. Whoever asks may count on it: what the subscription refuses to
 * be asked now is asked again until it takes it. Thread-safe; throws nothing.
 *
 * <p>A message that only waits here for its time lends one: another is asked for in its place. When
 * its time has come there is one more than was wanted, which the next request is smaller by.
 */
final class Credit {
  private static final Logger log = LoggerFactory.getLogger(Credit.class);
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  private final Subscription subscription;
  private final Timers timers;
  private final Object lock = new Object();
  // All below is guarded by the lock, under which nothing foreign is called.
  private int refused;
  private boolean isAskingAgain;
  private int owed;
  private boolean isEnded;

  Credit(Subscription subscription, Timers timers) {
    this.subscription = subscription;
    this.timers = timers;
  }

  void request(int n) {
    int wanted;
    synchronized (lock) {
      wanted = Math.max(0, n - owed);
      owed -= n - wanted;
    }
    ask(wanted);
  }

  void lend() {
    ask(1);
  }

  void repay() {
    synchronized (lock) {
      owed++;
    }
  }

  /** Nothing is asked for any more. */
  void end() {
    synchronized (lock) {
      isEnded = true;
    }
  }

  private void ask(int n) {
    if (n == 0) {
      return;
    }
    try {
      subscription.request(n);
    } catch (Throwable failure) {
      // Errors too: credit that is lost would slow its worker down for good, or stop it.
      askLater(n);
      log.warn("messages cannot be asked for, tried again in a moment: {}", failure.toString());
    }
  }

  private void askLater(int n) {
    boolean isFirst;
    synchronized (lock) {
      refused += n;
      isFirst = !isAskingAgain;
      isAskingAgain = true;
    }
    if (isFirst) {
      try {
        timers.after(ASK_AGAIN, this::askRefused);
      } catch (Throwable failure) {
        // No memory for a timer: then it is asked with what is asked next, or by the upkeep.
        synchronized (lock) {
          isAskingAgain = false;
        }
      }
    }
  }

  /** Asks again for what was refused. */
  void askRefused() {
    int n;
    synchronized (lock) {
      n = isEnded ? 0 : refused;
      refused = 0;
      isAskingAgain = false;
    }
    ask(n);
  }
}
