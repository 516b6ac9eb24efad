// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import com.alibaba.csp.sentinel.context.Context;
import com.alibaba.csp.sentinel.slots.block.degrade.circuitbreaker.ExceptionCircuitBreaker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A circuit breaker of Sentinel's that knows no time but that which it is given. The states and the
 * steps between them are Sentinel's, and so is the sliding window.
 *
 * <p>What Sentinel makes of a call that ends is not used: it counts by the machine's clock, which
 * starts a thread, and takes the call from a context of the calling thread. For the same reason a
 * canary is nothing that ends with an entry of Sentinel's. Guarded by the lock of {@link
 * SentinelBreaker}, but for the state.
 */
final class TimedCircuitBreaker extends ExceptionCircuitBreaker {
  private static final double ALL = 1;

  private final BreakerSettings settings;
  private final LongSupplier nanos;
  private final long beginning;
  private CallWindow window;
  private int openingsInARow;

  /** A closed one, which has seen nothing. */
  TimedCircuitBreaker(String dependency, BreakerSettings settings, LongSupplier nanos) {
    super(settings.rule(dependency));
    this.settings = settings;
    this.nanos = nanos;
    this.beginning = nanos.getAsLong();
    this.window = new CallWindow(settings.interval());
  }

  /** True if a call may begin; of an open one whose time is over, that call is the canary. */
  boolean tryPass() {
    return tryPass(null);
  }

  /** A call ended that the breaker let through in its present state. */
  void ended(boolean isFailure, Duration took) {
    boolean isSlow = settings.isSlow(took);
    switch (currentState()) {
      case CLOSED -> count(isFailure, isSlow);
      case HALF_OPEN -> judge(isFailure || isSlow);
      case OPEN -> {}
    }
  }

  private void count(boolean isFailure, boolean isSlow) {
    window.at(millis()).add(isFailure, isSlow);
    CallCounts counts = counts();
    if (settings.isTooMuch(counts)) {
      transformToOpen((double) counts.failures() / counts.calls());
    }
  }

  private void judge(boolean isBad) {
    if (isBad) {
      fromHalfOpenToOpen(ALL);
    } else {
      fromHalfOpenToClose();
    }
  }

  /** What ended within the interval. */
  CallCounts counts() {
    return window.sum(millis());
  }

  /** How long it stays open yet; zero or less if it is time for the canary. */
  Duration untilCanary() {
    return Duration.ofNanos(nextRetryTimestamp - nanos.getAsLong());
  }

  // Windows are not made for times before zero, where clocks that only go on may begin.
  private long millis() {
    return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - beginning);
  }

  @Override
  protected boolean retryTimeoutArrived() {
    return nextRetryTimestamp - nanos.getAsLong() <= 0;
  }

  @Override
  protected void updateNextRetryTimestamp() {
    openingsInARow++;
    nextRetryTimestamp = nanos.getAsLong() + settings.openFor(openingsInARow).toNanos();
  }

  @Override
  protected boolean fromOpenToHalfOpen(Context none) {
    return currentState.compareAndSet(State.OPEN, State.HALF_OPEN);
  }

  // Sentinel clears one part of its window, and has only one.
  @Override
  protected void resetStat() {
    openingsInARow = 0;
    window = new CallWindow(settings.interval());
  }
}
