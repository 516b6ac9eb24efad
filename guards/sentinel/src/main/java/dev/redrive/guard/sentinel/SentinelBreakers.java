// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import dev.redrive.gate.Breaker;
import dev.redrive.gate.BreakerFactory;
import dev.redrive.gate.GateTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Makes circuit breakers of Alibaba Sentinel, which run on the time of the engine. They look at the
 * calls of an interval, where those of Resilience4j look at the last so many, and may open for slow
 * calls too. One canary decides.
 *
 * <pre>{@code
 * Engine.builder().breakers(SentinelBreakers.builder().interval(Duration.ofSeconds(10)).build())
 * }</pre>
 *
 * <p>None of Sentinel's rules are read or changed, and no thread of its is started. Observers that
 * are registered with Sentinel hear when these breakers open and close, with the dependency as the
 * resource; they are called in the middle of it, so they must be quick and must not block.
 *
 * <p>Immutable and thread-safe.
 */
public final class SentinelBreakers implements BreakerFactory {
  private final BreakerSettings settings;

  private SentinelBreakers(BreakerSettings settings) {
    this.settings = settings;
  }

  /**
   * Starts from the defaults: open when half of the calls of the last 30 seconds failed, at least
   * 10 of them; open for 5 seconds, doubled up to 30 each time the canary fails. No call is slow.
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Breaker create(String dependency, GateTime time) {
    return new SentinelBreaker(dependency, settings, time);
  }

  /** Those of the same settings are equal. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SentinelBreakers same && settings.equals(same.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  /** Collects settings; {@link #build} checks them all at once. Not thread-safe. */
  public static final class Builder {
    private static final int CALLS_MAX = 1_000_000;
    private static final Duration INTERVAL_MIN = Duration.ofMillis(100);
    private static final Duration INTERVAL_MAX = Duration.ofDays(1);
    private static final Duration TIME_MIN = Duration.ofMillis(10);
    private static final Duration TIME_MAX = Duration.ofDays(1);

    private double failureRate = 0.5;
    private OptionalInt failures = OptionalInt.empty();
    private Optional<Duration> slowCall = Optional.empty();
    private double slowRate = 0.5;
    private Duration interval = Duration.ofSeconds(30);
    private int minimumCalls = 10;
    private Duration openFor = Duration.ofSeconds(5);
    private Duration openForMax = Duration.ofSeconds(30);

    private Builder() {}

    /** Which part of the calls has to fail for it to open, over 0 and at most 1. */
    public Builder failureRate(double part) {
      this.failureRate = part;
      this.failures = OptionalInt.empty();
      return this;
    }

    /** How many calls of the interval have to fail, instead of a part of them; 1 to 1,000,000. */
    public Builder failures(int calls) {
      this.failures = OptionalInt.of(calls);
      return this;
    }

    /**
     * Has it open for slow calls too, whether they fail or not: half of the calls, if not said
     * otherwise. A slow canary is one that failed.
     *
     * @param time how long a slow call takes at least, 10 ms to a day
     */
    public Builder slowCall(Duration time) {
      this.slowCall = Optional.of(time);
      return this;
    }

    /** Which part of the calls has to be slow for it to open, over 0 and at most 1. */
    public Builder slowRate(double part) {
      this.slowRate = part;
      return this;
    }

    /** How far back calls are looked at, in whole tenths of it: 100 ms to a day. */
    public Builder interval(Duration time) {
      this.interval = time;
      return this;
    }

    /** Of fewer calls no part is looked at, 1 to 1,000,000. */
    public Builder minimumCalls(int calls) {
      this.minimumCalls = calls;
      return this;
    }

    /** How long it stays open before the canary, 10 ms to a day. */
    public Builder openFor(Duration time) {
      this.openFor = time;
      return this;
    }

    /** How far that time grows, doubled each time when the canary failed; at most a day. */
    public Builder openForMax(Duration time) {
      this.openForMax = time;
      return this;
    }

    /**
     * The factory.
     *
     * @throws IllegalArgumentException naming every mistake
     */
    public SentinelBreakers build() {
      List<String> problems = new ArrayList<>();
      check(isPart(failureRate), "failureRate must be over 0 and at most 1", problems);
      check(isCount(failures.orElse(1)), "failures must be 1 to 1000000", problems);
      check(isCount(minimumCalls), "minimumCalls must be 1 to 1000000", problems);
      check(
          isWithin(slowCall.orElse(TIME_MIN), TIME_MIN, TIME_MAX),
          "slowCall must be 10 ms to a day",
          problems);
      check(isPart(slowRate), "slowRate must be over 0 and at most 1", problems);
      check(
          isWithin(interval, INTERVAL_MIN, INTERVAL_MAX)
              && interval.toMillis() % CallWindow.PARTS == 0,
          "interval must be 100 ms to a day, and its tenth a whole number of milliseconds",
          problems);
      check(isWithin(openFor, TIME_MIN, TIME_MAX), "openFor must be 10 ms to a day", problems);
      check(
          isWithin(openForMax, openFor, TIME_MAX), "openForMax must be openFor to a day", problems);
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", problems));
      }
      return new SentinelBreakers(
          new BreakerSettings(
              failureRate,
              failures,
              slowCall,
              slowRate,
              interval,
              minimumCalls,
              openFor,
              openForMax));
    }

    private static boolean isPart(double part) {
      return part > 0 && part <= 1;
    }

    private static boolean isCount(int calls) {
      return calls >= 1 && calls <= CALLS_MAX;
    }

    private static boolean isWithin(Duration time, Duration min, Duration max) {
      return time.compareTo(min) >= 0 && time.compareTo(max) <= 0;
    }

    private static void check(boolean isRight, String mistake, List<String> problems) {
      if (!isRight) {
        problems.add(mistake);
      }
    }
  }
}
