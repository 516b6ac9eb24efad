// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import dev.redrive.retry.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When breakers open, and for how long.
 *
 * @param failureRate which part of the calls has to fail, where no number is given
 * @param failures how many have to fail, instead of a part
 * @param slowCall how long a call takes at least that counts as slow; empty if none does
 * @param slowRate which part of the calls has to be slow
 */
record BreakerSettings(
    double failureRate,
    OptionalInt failures,
    Optional<Duration> slowCall,
    double slowRate,
    Duration interval,
    int minimumCalls,
    Duration openFor,
    Duration openForMax) {

  boolean isSlow(Duration took) {
    return slowCall.isPresent() && took.compareTo(slowCall.get()) >= 0;
  }

  boolean isTooMuch(CallCounts counts) {
    double all = counts.calls();
    boolean isFailing =
        failures.isPresent()
            ? counts.failures() >= failures.getAsInt()
            : counts.calls() >= minimumCalls && counts.failures() >= failureRate * all;
    boolean isSlow =
        slowCall.isPresent() && counts.calls() >= minimumCalls && counts.slow() >= slowRate * all;
    return isFailing || isSlow;
  }

  /** How long it stays open when it opens for the so-maniest time in a row, from 1. */
  Duration openFor(int opening) {
    return Backoff.exponential(openFor, openForMax).delay(opening);
  }

  /** The same as a rule of Sentinel's, which observers of its breakers are shown. */
  DegradeRule rule(String dependency) {
    return new DegradeRule(dependency)
        .setGrade(
            failures.isPresent()
                ? RuleConstant.DEGRADE_GRADE_EXCEPTION_COUNT
                : RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO)
        .setCount(failures.isPresent() ? failures.getAsInt() : failureRate)
        .setTimeWindow((int) openFor.plusNanos(999_999_999).toSeconds())
        .setMinRequestAmount(minimumCalls)
        .setStatIntervalMs(Math.toIntExact(interval.toMillis()));
  }
}
