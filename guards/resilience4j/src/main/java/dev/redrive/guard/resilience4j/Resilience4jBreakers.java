// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.resilience4j;

import dev.redrive.gate.Breaker;
import dev.redrive.gate.BreakerFactory;
import dev.redrive.gate.GateTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes circuit breakers of Resilience4j, which run on the time of the engine.
 *
 * <pre>{@code
 * Engine.builder().breakers(Resilience4jBreakers.builder().openFor(Duration.ofSeconds(10)).build())
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class Resilience4jBreakers implements BreakerFactory {
  private final BreakerSettings settings;

  private Resilience4jBreakers(BreakerSettings settings) {
    this.settings = settings;
  }

  /**
   * Starts from the defaults: open when half of the last 20 calls failed, at least 10 of them; open
   * for 5 seconds, doubled up to 30 each time the canaries fail; 3 canaries.
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Breaker create(String dependency, GateTime time) {
    return new Resilience4jBreaker(dependency, settings, time);
  }

  /** Those of the same settings are equal. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Resilience4jBreakers same && settings.equals(same.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  /** Collects settings; {@link #build} checks them all at once. Not thread-safe. */
  public static final class Builder {
    private static final int CALLS_MAX = 10_000;
    private static final Duration OPEN_MIN = Duration.ofMillis(10);
    private static final Duration OPEN_MAX = Duration.ofDays(1);

    private double failureRate = 0.5;
    private int window = 20;
    private int minimumCalls = 10;
    private Duration openFor = Duration.ofSeconds(5);
    private Duration openForMax = Duration.ofSeconds(30);
    private int canaries = 3;

    private Builder() {}

    /** Which part of the calls has to fail for it to open, over 0 and at most 1. */
    public Builder failureRate(double part) {
      this.failureRate = part;
      return this;
    }

    /** How many calls are looked at, 1 to 10,000. */
    public Builder window(int calls) {
      this.window = calls;
      return this;
    }

    /** Before so many calls have been seen, it does not open; 1 to the window. */
    public Builder minimumCalls(int calls) {
      this.minimumCalls = calls;
      return this;
    }

    /** How long it stays open before the canaries, 10 ms to a day. */
    public Builder openFor(Duration time) {
      this.openFor = time;
      return this;
    }

    /** How far that time grows, doubled each time when the canaries failed; at most a day. */
    public Builder openForMax(Duration time) {
      this.openForMax = time;
      return this;
    }

    /** How many calls are let through to find out whether the dependency is back, 1 to 10,000. */
    public Builder canaries(int calls) {
      this.canaries = calls;
      return this;
    }

    /**
     * The factory.
     *
     * @throws IllegalArgumentException naming every mistake
     */
    public Resilience4jBreakers build() {
      List<String> problems = new ArrayList<>();
      check(
          failureRate > 0 && failureRate <= 1,
          "failureRate must be over 0 and at most 1",
          problems);
      check(window >= 1 && window <= CALLS_MAX, "window must be 1 to 10000 calls", problems);
      check(
          minimumCalls >= 1 && minimumCalls <= window,
          "minimumCalls must be 1 to the window",
          problems);
      check(
          openFor.compareTo(OPEN_MIN) >= 0 && openFor.compareTo(OPEN_MAX) <= 0,
          "openFor must be 10 ms to a day",
          problems);
      check(
          openForMax.compareTo(openFor) >= 0 && openForMax.compareTo(OPEN_MAX) <= 0,
          "openForMax must be openFor to a day",
          problems);
      check(canaries >= 1 && canaries <= CALLS_MAX, "canaries must be 1 to 10000", problems);
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", problems));
      }
      return new Resilience4jBreakers(
          new BreakerSettings(failureRate, window, minimumCalls, openFor, openForMax, canaries));
    }

    private static void check(boolean isRight, String mistake, List<String> problems) {
      if (!isRight) {
        problems.add(mistake);
      }
    }
  }
}
