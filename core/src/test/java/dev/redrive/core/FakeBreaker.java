// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import java.time.Duration;

/**
 * A breaker simple enough to see that it is right: opens at the third failure in a row, for ten
 * seconds; two canaries have to succeed then.
 */
final class FakeBreaker implements Breaker {
  static final int FAILURES = 3;
  static final int CANARIES = 2;
  static final Duration OPEN = Duration.ofSeconds(10);

  private final String dependency;
  private final GateTime time;
  private State state = State.CLOSED;
  private long openUntil;
  private int failures;
  private int canaries;
  private int successes;
  private int asked;
  private int era;

  FakeBreaker(String dependency, GateTime time) {
    this.dependency = dependency;
    this.time = time;
  }

  int asked() {
    return asked;
  }

  @Override
  public String name() {
    return "breaker " + dependency;
  }

  @Override
  public Answer ask(Candidate candidate) {
    asked++;
    long left = openUntil - time.nanos().getAsLong();
    if (state == State.OPEN && left <= 0) {
      enter(State.HALF_OPEN);
    }
    return switch (state) {
      case CLOSED, FORCED_CLOSED -> new Answer.Pass(new Call());
      case OPEN -> wait(Duration.ofNanos(left));
      case FORCED_OPEN -> wait(Duration.ofMinutes(1));
      case HALF_OPEN -> canary();
    };
  }

  private Answer canary() {
    if (canaries == CANARIES) {
      return wait(Duration.ofSeconds(1));
    }
    canaries++;
    return new Answer.Pass(new Call());
  }

  private static Answer wait(Duration time) {
    return new Answer.Wait(time, "open", Answer.Reach.QUEUE);
  }

  private void enter(State next) {
    state = next;
    failures = 0;
    canaries = 0;
    successes = 0;
    era++;
  }

  private void open() {
    enter(State.OPEN);
    openUntil = time.nanos().getAsLong() + OPEN.toNanos();
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public void force(boolean isOpen) {
    enter(isOpen ? State.FORCED_OPEN : State.FORCED_CLOSED);
  }

  @Override
  public void release() {
    if (state == State.FORCED_OPEN || state == State.FORCED_CLOSED) {
      enter(State.CLOSED);
    }
  }

  @Override
  public GateStatus status() {
    return new GateStatus(
        switch (state) {
          case CLOSED, FORCED_CLOSED -> GateStatus.State.PASSING;
          case HALF_OPEN -> GateStatus.State.LIMITING;
          case OPEN, FORCED_OPEN -> GateStatus.State.HOLDING;
        },
        failures + " failures");
  }

  private final class Call implements Permit {
    private final int begun = era;

    @Override
    public void succeeded(Duration took) {
      if (begun != era) {
        return;
      }
      failures = 0;
      if (state == State.HALF_OPEN && ++successes == CANARIES) {
        enter(State.CLOSED);
      }
    }

    @Override
    public void failed(Throwable cause, Duration took) {
      if (begun == era && (state == State.HALF_OPEN || ++failures == FAILURES)) {
        if (state == State.HALF_OPEN || state == State.CLOSED) {
          open();
        }
      }
    }

    @Override
    public void unused() {
      if (begun == era && state == State.HALF_OPEN) {
        canaries--;
      }
    }
  }
}
