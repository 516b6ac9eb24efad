// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateTime;

/**
 * How many attempts may be retries: a share of the first attempts, and some a second besides. What
 * is over it waits, in a line that is fair between keys; first attempts never do. So a dependency
 * that is ailing is not given many times the load it had when it was well.
 *
 * <pre>{@code
 * RetryBudget.defaults()      // 20 % of first attempts, and 10 a second
 * RetryBudget.of(0.1, 2)
 * }</pre>
 *
 * <p>In any time {@code t} no more than {@code share × first attempts + perSecond × t} retries
 * begin, and what was not used: {@code perSecond} of one second, and the share of the first
 * attempts of about the last ten. Queues that name one dependency share the budget, if theirs are
 * equal. Several processes have a budget each.
 *
 * @param share of first attempts, 0 to 10
 * @param perSecond besides, more than 0 and up to 1,000,000: a queue without first attempts would
 *     never retry else
 */
public record RetryBudget(double share, double perSecond) implements GateFactory {
  private static final double SHARE_MAX = 10;
  private static final double PER_SECOND_MAX = 1_000_000;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its bounds
   */
  public RetryBudget {
    if (!(share >= 0 && share <= SHARE_MAX)) {
      throw new IllegalArgumentException("the share must be 0 to 10, not " + share);
    }
    if (!(perSecond > 0 && perSecond <= PER_SECOND_MAX)) {
      throw new IllegalArgumentException(
          "retries a second must be more than 0, and 1000000 at most, not " + perSecond);
    }
  }

  /** 20 % of first attempts, and 10 a second. */
  public static RetryBudget defaults() {
    return new RetryBudget(0.2, 10);
  }

  /** This share of first attempts (0.2 is 20 %), and so many a second. */
  public static RetryBudget of(double share, double perSecond) {
    return new RetryBudget(share, perSecond);
  }

  @Override
  public boolean isOfDependency() {
    return true;
  }

  @Override
  public Gate create(String subject, GateTime time) {
    return new RetryGate(this, time);
  }

  /** For people, for example {@code retry budget 20 % + 10/s}. */
  @Override
  public String toString() {
    return "retry budget " + plain(share * 100) + " % + " + plain(perSecond) + "/s";
  }

  private static String plain(double number) {
    String text = Double.toString(Math.round(number * 1_000) / 1_000.0);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
