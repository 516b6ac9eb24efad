// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateTime;
import java.time.Duration;

/**
 * Holds a queue when most of its messages die, instead of filling the dead letters: after a bad
 * release, say, or with a wrong password. It is told as an error in the log, and the queue shows
 * it; after a while one message is tried, and when that succeeds the queue goes on. A person may
 * let it go on at any time.
 *
 * <pre>{@code
 * DeadLetterAdmission.defaults()  // half of those that ended in a minute, and at least 20
 * DeadLetterAdmission.of(0.8, 100).within(Duration.ofMinutes(5)).heldFor(Duration.ofMinutes(2))
 * }</pre>
 *
 * <p>Messages that die of their deadline or because the queue is full do not count, as holding
 * would not save them.
 *
 * @param share of the messages that ended, which died, more than 0 and up to 1
 * @param minimum so many must have died, 1 to 1,000,000
 * @param window of time that is looked at, 1 s to 1 h
 * @param hold for so long it holds before it tries one message, 1 s to 1 h; each time that one dies
 *     it is twice as long, up to eight times
 */
public record DeadLetterAdmission(double share, int minimum, Duration window, Duration hold)
    implements GateFactory {
  private static final int MINIMUM_MAX = 1_000_000;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its bounds
   */
  public DeadLetterAdmission {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("the share must be more than 0, up to 1, not " + share);
    }
    if (minimum < 1 || minimum > MINIMUM_MAX) {
      throw new IllegalArgumentException("the minimum must be 1 to 1000000, not " + minimum);
    }
    check("window", window);
    check("hold", hold);
  }

  private static void check(String name, Duration time) {
    if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("the " + name + " must be 1 s to 1 h, not " + time);
    }
  }

  /** Half of those that ended in a minute died, and at least 20; held for a minute. */
  public static DeadLetterAdmission defaults() {
    return of(0.5, 20);
  }

  /** This share of those that ended in a minute died, and at least so many. */
  public static DeadLetterAdmission of(double share, int minimum) {
    return new DeadLetterAdmission(share, minimum, MINUTE, MINUTE);
  }

  /** Looks at this much time. */
  public DeadLetterAdmission within(Duration window) {
    return new DeadLetterAdmission(share, minimum, window, hold);
  }

  /** Holds for so long before it tries a message. */
  public DeadLetterAdmission heldFor(Duration hold) {
    return new DeadLetterAdmission(share, minimum, window, hold);
  }

  @Override
  public Gate create(String subject, GateTime time) {
    return new AdmissionGate(this, subject, time);
  }
}
