// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether a consumer of a queue may take messages, as the queue's gates have it: closed while all
 * of them wait. A short wait is spent with what is in hand; for a long one it goes back, and
 * afterwards little is asked for at first, and more with each message that passes: who tries
 * whether a dependency is back shall not have messages handed over only to give them back.
 *
 * <p>An attempt that ends may let a gate pass another one, so a short wait ends with it. That it
 * ends while a gate is being asked must not be missed: who closes the valve says which {@link
 * #mark} there was before. Thread-safe.
 */
final class Valve {
  /** For so long a message may wait in hand. */
  static final Duration IN_HAND_MAX = Duration.ofSeconds(2);

  private static final int ANY = Integer.MAX_VALUE;
  private static final int WIDE = 1_024;
  // One more at first, and a quarter more later.
  private static final int GROWTH = 4;

  private enum State {
    OPEN,
    CLOSED_SHORTLY,
    CLOSED_LONG
  }

  private final Timers timers;
  private final WakeUp wakeUp;
  private final AtomicLong knocks = new AtomicLong();
  private volatile State state = State.OPEN;
  // A message more or less does not matter, so two that pass at once may count as one.
  private volatile int allowance = ANY;

  /**
   * An open valve.
   *
   * @param over called on the timers' thread when a wait is over; it opens the valve
   */
  Valve(Environment environment, Runnable over) {
    this.timers = environment.timers();
    this.wakeUp = WakeUp.byElapsed(environment, over);
  }

  boolean isClosed() {
    return state != State.OPEN;
  }

  boolean isClosedLong() {
    return state == State.CLOSED_LONG;
  }

  /** How many messages may be in hand, of those that may be as far as concurrency goes. */
  int window(int most) {
    return Math.min(most, allowance);
  }

  /** A message has passed; true if more may be asked for than before. */
  boolean passed() {
    int allowed = allowance;
    if (allowed == ANY) {
      return false;
    }
    int more = allowed + Math.max(1, allowed / GROWTH);
    allowance = more > WIDE ? ANY : more;
    return true;
  }

  /** To be taken before a gate is asked. */
  long mark() {
    return knocks.get();
  }

  /** Closes it for this long, unless somebody knocked since the mark. If it throws, it is open. */
  void close(Duration time, long mark) {
    boolean isLong = time.compareTo(IN_HAND_MAX) > 0;
    state = isLong ? State.CLOSED_LONG : State.CLOSED_SHORTLY;
    try {
      // After the closing: an end that comes before it would leave it closed for good.
      wakeUp.notAfter(timers.nanoTimeAfter(time));
    } catch (Throwable failure) {
      open();
      throw failure;
    }
    if (!isLong && mark != knocks.get()) {
      open();
    }
  }

  /** Sees to it that a brief wait ends, whose wake-up may have failed. */
  void watch() {
    if (state == State.CLOSED_SHORTLY) {
      wakeUp.notAfter(timers.nanoTimeAfter(IN_HAND_MAX));
    }
  }

  /** After a long wait, begin with one. */
  void narrow() {
    allowance = 1;
  }

  void open() {
    state = State.OPEN;
  }

  /** An attempt has ended; true if what waits shortly should be asked again. */
  boolean knock() {
    knocks.incrementAndGet();
    return state == State.CLOSED_SHORTLY;
  }

  /** True if somebody knocked since the mark. */
  boolean isKnockedSince(long mark) {
    return knocks.get() != mark;
  }
}
