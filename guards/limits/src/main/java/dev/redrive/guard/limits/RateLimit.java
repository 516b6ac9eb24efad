// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateTime;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How many attempts may begin in a time, for a queue or for each key of it. What is over it waits,
 * in a line that is fair between keys.
 *
 * <pre>{@code
 * RateLimit.perSecond(200)                                // of the queue
 * RateLimit.per(100, Duration.ofMinutes(1)).perKey()      // of each key
 * RateLimit.perSecond(10).burst(50).perHeader("tenant")   // of each tenant
 * }</pre>
 *
 * <p>A token bucket (Bucket4j): tokens come evenly, and so many are kept while nobody takes them as
 * {@link #burst} says. In any time {@code t} no more than {@code burst + t × amount / period}
 * attempts begin. It holds for one process; several each have their own.
 *
 * <p>Equal limits are the same limit: a queue that is declared again with one goes on with it.
 *
 * @param amount attempts in a period, 1 to 1,000,000 a second
 * @param period 1 ms to 1 day
 * @param burst tokens that are kept at most, 1 to 1,000,000,000; by default what comes in 100 ms
 * @param each has a limit of its own; empty for one limit of the queue
 * @param fairBy between whom the queue's limit is fair: by default its keys
 */
public record RateLimit(
    long amount, Duration period, long burst, Optional<Trait> each, Trait fairBy)
    implements GateFactory {
  private static final Duration PERIOD_MAX = Duration.ofDays(1);
  private static final long PER_SECOND_MAX = 1_000_000;
  private static final long BURST_MAX = 1_000_000_000;
  private static final int LIMITS_MAX = 100_000;
  private static final Duration SMOOTH = Duration.ofMillis(100);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its bounds
   */
  public RateLimit {
    if (period.compareTo(Duration.ofMillis(1)) < 0 || period.compareTo(PERIOD_MAX) > 0) {
      throw new IllegalArgumentException("the period must be 1 ms to 1 day, not " + period);
    }
    if (amount < 1 || amount > PER_SECOND_MAX * period.toNanos() / 1e9) {
      throw new IllegalArgumentException(
          "the amount must be at least 1, and 1000000 a second at most, not " + amount);
    }
    if (burst < 1 || burst > BURST_MAX) {
      throw new IllegalArgumentException("the burst must be 1 to 1000000000, not " + burst);
    }
  }

  /** So many attempts a second. */
  public static RateLimit perSecond(long amount) {
    return per(amount, Duration.ofSeconds(1));
  }

  /** So many attempts in each period, evenly. */
  public static RateLimit per(long amount, Duration period) {
    double smooth = (double) amount * SMOOTH.toNanos() / Math.max(1, period.toNanos());
    return new RateLimit(amount, period, Math.max(1, (long) smooth), Optional.empty(), Trait.key());
  }

  /** So many may begin at once after a rest. */
  public RateLimit burst(long burst) {
    return new RateLimit(amount, period, burst, each, fairBy);
  }

  /** Each key has this limit of its own; messages without a key have none. */
  public RateLimit perKey() {
    return new RateLimit(amount, period, burst, Optional.of(Trait.key()), fairBy);
  }

  /** Each value of this header has this limit of its own; messages without it have none. */
  public RateLimit perHeader(String name) {
    return new RateLimit(amount, period, burst, Optional.of(Trait.header(name)), fairBy);
  }

  /** The limit is fair between the values of this header, and not between keys. */
  public RateLimit fairByHeader(String name) {
    return new RateLimit(amount, period, burst, each, Trait.header(name));
  }

  @Override
  public Gate create(String subject, GateTime time) {
    return new LimitGate(
        toString(),
        each,
        fairBy,
        each.isPresent() ? LIMITS_MAX : 1,
        () -> new TokenSupply(this, time.nanos()),
        time);
  }

  /** The time from one token to the next, in nanoseconds. */
  long interval() {
    return Math.max(1, period.toNanos() / amount);
  }

  /** For people, for example {@code rate 200/s per key}. */
  @Override
  public String toString() {
    String text = period.toString().substring(2).toLowerCase(Locale.ROOT);
    String unit =
        text.equals("1s") || text.equals("1m") || text.equals("1h") ? text.substring(1) : text;
    return "rate " + amount + "/" + unit + each.map(trait -> " per " + trait).orElse("");
  }
}
