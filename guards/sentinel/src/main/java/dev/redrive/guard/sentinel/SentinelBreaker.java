// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import com.alibaba.csp.sentinel.slots.block.degrade.circuitbreaker.CircuitBreaker;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker of Sentinel.
 *
 * <p>Sentinel takes whatever ends while it is half-open for its canary, also what began before it
 * opened and took long. So each permit knows the era in which it was given, one a state, and of an
 * earlier one nothing is told. A canary that made no attempt leaves its place free, and the breaker
 * half-open: Sentinel would open it again at once and then have to be asked, a change of state for
 * each message that another gate holds back.
 */
final class SentinelBreaker implements Breaker {
  // While the canary is out, or a person holds it, it is worth asking now and then.
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
  private static final Duration FORCED = Duration.ofMinutes(1);
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  private final String dependency;
  private final BreakerSettings settings;
  private final GateTime time;
  // One change at a time; observers of Sentinel's are told under it.
  private final Object lock = new Object();
  // The next two are written under the lock. A release writes the breaker first.
  private volatile TimedCircuitBreaker breaker;
  private volatile @Nullable State forced;
  // Guarded by the lock.
  private CircuitBreaker.State seen = CircuitBreaker.State.CLOSED;
  private long era;
  private boolean isPlaceFree;

  SentinelBreaker(String dependency, BreakerSettings settings, GateTime time) {
    this.dependency = dependency;
    this.settings = settings;
    this.time = time;
    this.breaker = fresh();
  }

  private TimedCircuitBreaker fresh() {
    return new TimedCircuitBreaker(dependency, settings, time.nanos());
  }

  @Override
  public String name() {
    return "breaker " + dependency;
  }

  @Override
  public Answer ask(Candidate candidate) {
    // Made before: a canary's place that is taken, with no memory for its permit, stays taken.
    Call call = new Call();
    Answer.Pass pass = new Answer.Pass(call);
    synchronized (lock) {
      if (isPassing()) {
        call.begun = era;
        return pass;
      }
      State state = state();
      return new Answer.Wait(wait(state), "its breaker is " + state, Answer.Reach.QUEUE);
    }
  }

  private boolean isPassing() {
    if (forced != null) {
      return forced == State.FORCED_CLOSED;
    }
    if (isPlaceFree) {
      isPlaceFree = false;
      return true;
    }
    boolean isPassing = breaker.tryPass();
    look();
    return isPassing;
  }

  private Duration wait(State state) {
    return switch (state) {
      case OPEN -> untilCanary();
      case FORCED_OPEN -> FORCED;
      case HALF_OPEN -> ASK_AGAIN;
      case CLOSED, FORCED_CLOSED -> AT_ONCE;
    };
  }

  private Duration untilCanary() {
    Duration left = breaker.untilCanary();
    return left.compareTo(AT_ONCE) > 0 ? left : AT_ONCE;
  }

  /** A new era begins with each state, if not before somebody asks. */
  private void look() {
    CircuitBreaker.State now = breaker.currentState();
    if (now != seen) {
      seen = now;
      newEra();
    }
  }

  private void newEra() {
    era++;
    isPlaceFree = false;
  }

  @Override
  public State state() {
    State held = forced;
    if (held != null) {
      return held;
    }
    return switch (breaker.currentState()) {
      case CLOSED -> State.CLOSED;
      case OPEN -> State.OPEN;
      case HALF_OPEN -> State.HALF_OPEN;
    };
  }

  @Override
  public void force(boolean isOpen) {
    synchronized (lock) {
      forced = isOpen ? State.FORCED_OPEN : State.FORCED_CLOSED;
      newEra();
    }
  }

  @Override
  public void release() {
    synchronized (lock) {
      if (forced != null) {
        breaker = fresh();
        seen = CircuitBreaker.State.CLOSED;
        forced = null;
        newEra();
      }
    }
  }

  @Override
  public GateStatus status() {
    return new GateStatus(
        switch (state()) {
          case CLOSED, FORCED_CLOSED -> GateStatus.State.PASSING;
          case HALF_OPEN -> GateStatus.State.LIMITING;
          case OPEN, FORCED_OPEN -> GateStatus.State.HOLDING;
        },
        detail());
  }

  private String detail() {
    CallCounts counts;
    synchronized (lock) {
      counts = breaker.counts();
    }
    String slow = settings.slowCall().isPresent() ? ", " + counts.slow() + " were slow" : "";
    return counts.failures() + " of " + counts.calls() + " calls failed" + slow;
  }

  @Override
  public String toString() {
    return name();
  }

  private final class Call implements Permit {
    private long begun;

    @Override
    public void succeeded(Duration took) {
      ended(false, took);
    }

    @Override
    public void failed(Throwable cause, Duration took) {
      ended(true, took);
    }

    private void ended(boolean isFailure, Duration took) {
      synchronized (lock) {
        if (begun == era && forced == null) {
          breaker.ended(isFailure, took);
        }
      }
    }

    @Override
    public void unused() {
      synchronized (lock) {
        isPlaceFree |= begun == era && seen == CircuitBreaker.State.HALF_OPEN;
      }
    }
  }
}
