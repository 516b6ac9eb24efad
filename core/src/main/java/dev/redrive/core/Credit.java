// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Subscription;
import dev.redrive.spi.Timers;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a subscription is asked for. Whoever asks may count on it: what the subscription refuses to
 * be asked now is asked again until it takes it. Thread-safe.
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
      log.warn("messages cannot be asked for, tried again in a moment: {}", failure.toString());
      askLater(n);
    }
  }

  private void askLater(int n) {
    boolean isFirst;
    synchronized (lock) {
      isFirst = refused == 0;
      refused += n;
    }
    if (isFirst) {
      timers.after(ASK_AGAIN, this::askAgain);
    }
  }

  private void askAgain() {
    int n;
    synchronized (lock) {
      n = isEnded ? 0 : refused;
      refused = 0;
    }
    ask(n);
  }
}
