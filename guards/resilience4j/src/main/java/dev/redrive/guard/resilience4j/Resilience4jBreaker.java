// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.resilience4j;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A circuit breaker of Resilience4j.
 *
 * <p>Resilience4j counts whatever ends while it is half-open as a canary's end, also what began
 * before it opened and took long: that would let an old timeout open it again, or an old success
 * close it. So each permit knows the era in which it was given, and of an earlier one it tells
 * nothing.
 */
final class Resilience4jBreaker implements Breaker {
  // While canaries are out, or a person holds it, it is worth asking now and then.
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
  private static final Duration FORCED = Duration.ofMinutes(1);
  private static final Duration AT_ONCE = Duration.ofMillis(1);
  // Attempts have timeouts of their own; what a slow call is, a breaker for all queues cannot know.
  private static final Duration NEVER_SLOW = Duration.ofDays(365);
  private static final float PERCENT = 100;

  private final String dependency;
  private final BreakerSettings settings;
  private final GateTime time;
  private final CircuitBreaker breaker;
  // As GateTime.nanos. Written as it opens, before anybody can see that it is open.
  private volatile long openUntil;
  private volatile long era;

  Resilience4jBreaker(String dependency, BreakerSettings settings, GateTime time) {
    this.dependency = dependency;
    this.settings = settings;
    this.time = time;
    this.openUntil = time.nanos().getAsLong();
    this.breaker = CircuitBreaker.of(dependency, config());
    breaker.getEventPublisher().onStateTransition(event -> newEra());
  }

  private CircuitBreakerConfig config() {
    return CircuitBreakerConfig.custom()
        .clock(new NanosClock(time.nanos()))
        .currentTimestampFunction(clock -> time.nanos().getAsLong(), TimeUnit.NANOSECONDS)
        .failureRateThreshold((float) settings.failureRate() * PERCENT)
        .slidingWindow(settings.window(), settings.minimumCalls(), SlidingWindowType.COUNT_BASED)
        .slowCallDurationThreshold(NEVER_SLOW)
        .waitIntervalFunctionInOpenState(this::opens)
        .permittedNumberOfCallsInHalfOpenState(settings.canaries())
        .writableStackTraceEnabled(false)
        .build();
  }

  /** Called by Resilience4j as it opens. */
  private long opens(int opening) {
    Duration open = settings.openFor(opening);
    openUntil = time.nanos().getAsLong() + open.toNanos();
    // Resilience4j asks for more than this to have passed, and those who wait come at that time.
    return open.toMillis() - 1;
  }

  private synchronized void newEra() {
    era++;
  }

  @Override
  public String name() {
    return "breaker " + dependency;
  }

  // One at a time: the first to ask an open breaker makes it half-open and is told of that only
  // then. Who got a canary's permit meanwhile would take it for one of the era before, say nothing
  // of its end, and the breaker would wait for that canary for ever.
  @Override
  public synchronized Answer ask(Candidate candidate) {
    if (breaker.tryAcquirePermission()) {
      return new Answer.Pass(new Call(era));
    }
    State state = state();
    return new Answer.Wait(wait(state), "its breaker is " + state, Answer.Reach.QUEUE);
  }

  private Duration wait(State state) {
    return switch (state) {
      case OPEN -> untilCanaries();
      case FORCED_OPEN -> FORCED;
      case HALF_OPEN -> ASK_AGAIN;
      // It has closed since it refused.
      case CLOSED, FORCED_CLOSED -> AT_ONCE;
    };
  }

  private Duration untilCanaries() {
    Duration left = Duration.ofNanos(openUntil - time.nanos().getAsLong());
    return left.compareTo(AT_ONCE) > 0 ? left : AT_ONCE;
  }

  @Override
  public State state() {
    return switch (breaker.getState()) {
      case CLOSED -> State.CLOSED;
      case OPEN -> State.OPEN;
      case HALF_OPEN -> State.HALF_OPEN;
      case FORCED_OPEN -> State.FORCED_OPEN;
      // The latter is never entered here.
      case DISABLED, METRICS_ONLY -> State.FORCED_CLOSED;
    };
  }

  @Override
  public void force(boolean isOpen) {
    if (isOpen) {
      breaker.transitionToForcedOpenState();
    } else {
      breaker.transitionToDisabledState();
    }
  }

  @Override
  public void release() {
    State state = state();
    if (state == State.FORCED_OPEN || state == State.FORCED_CLOSED) {
      breaker.transitionToClosedState();
    }
  }

  @Override
  public GateStatus status() {
    CircuitBreaker.Metrics metrics = breaker.getMetrics();
    return new GateStatus(
        switch (state()) {
          case CLOSED, FORCED_CLOSED -> GateStatus.State.PASSING;
          case HALF_OPEN -> GateStatus.State.LIMITING;
          case OPEN, FORCED_OPEN -> GateStatus.State.HOLDING;
        },
        metrics.getNumberOfFailedCalls()
            + " of "
            + metrics.getNumberOfBufferedCalls()
            + " calls failed");
  }

  @Override
  public String toString() {
    return name();
  }

  private final class Call implements Permit {
    private final long begun;

    Call(long begun) {
      this.begun = begun;
    }

    @Override
    public void succeeded(Duration took) {
      if (begun == era) {
        breaker.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
      }
    }

    @Override
    public void failed(Throwable cause, Duration took) {
      if (begun == era) {
        breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, cause);
      }
    }

    @Override
    public void unused() {
      if (begun == era) {
        breaker.releasePermission();
      }
    }
  }
}
