// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import java.time.Duration;
import java.util.Optional;

/** A {@link RetryBudget} at work: first attempts pass and earn, retries spend. Thread-safe. */
final class RetryGate implements Gate {
  private final RetrySupply supply;
  private final LimitGate retries;

  RetryGate(RetryBudget budget, GateTime time) {
    this.supply = new RetrySupply(budget, time.nanos());
    this.retries =
        new LimitGate(budget.toString(), Optional.empty(), Trait.key(), 1, () -> supply, time);
  }

  @Override
  public String name() {
    return retries.name();
  }

  @Override
  public Answer ask(Candidate candidate) {
    if (candidate.attempt() > 1) {
      return retries.ask(candidate);
    }
    Answer pass = new Answer.Pass(new First());
    synchronized (retries.lock()) {
      supply.earn(1);
    }
    return pass;
  }

  @Override
  public GateStatus status() {
    return retries.status();
  }

  /** Of a first attempt: one that is not made earns nothing. */
  private final class First implements Permit {
    @Override
    public void succeeded(Duration took) {}

    @Override
    public void failed(Throwable cause, Duration took) {}

    @Override
    public void unused() {
      synchronized (retries.lock()) {
        supply.earn(-1);
      }
    }
  }
}
