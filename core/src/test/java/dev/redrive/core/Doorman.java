// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A gate that answers as a test says, and notes what it is told. Passes all until told otherwise.
 */
final class Doorman implements Gate, GateFactory {
  private final List<String> asked = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private Function<Candidate, Answer> answers = this::pass;
  private GateStatus.State state = GateStatus.State.PASSING;
  private int inside;

  /** Makes itself: there is one, however often its queue is declared. */
  @Override
  public Gate create(String subject, GateTime time) {
    return this;
  }

  /** Answers so from now on. */
  void says(Function<Candidate, Answer> answers) {
    this.answers = answers;
  }

  /** All of the queue wait so long. */
  void keepsAllWaiting(Duration time) {
    state = GateStatus.State.HOLDING;
    says(candidate -> new Answer.Wait(time, "not now", Answer.Reach.QUEUE));
  }

  /** Messages of this id wait so long, and no others. */
  void keepsWaiting(String id, Duration time) {
    says(
        candidate ->
            candidate.id().equals(id)
                ? new Answer.Wait(time, "not this one", Answer.Reach.MESSAGE)
                : pass(candidate));
  }

  void passesAll() {
    state = GateStatus.State.PASSING;
    says(this::pass);
  }

  Answer pass(Candidate candidate) {
    inside++;
    return new Answer.Pass(new Note(candidate));
  }

  /** How many permits have not been told an end. */
  int inside() {
    return inside;
  }

  /** Who was asked for, for example {@code a 1}. */
  List<String> asked() {
    return asked;
  }

  /** What it was told, for example {@code succeeded a 1}. */
  List<String> told() {
    return told;
  }

  @Override
  public String name() {
    return "doorman";
  }

  @Override
  public Answer ask(Candidate candidate) {
    asked.add(candidate.id() + " " + candidate.attempt());
    return answers.apply(candidate);
  }

  @Override
  public GateStatus status() {
    return new GateStatus(state, "");
  }

  private final class Note implements Permit {
    private final Candidate candidate;
    private boolean isTold;

    Note(Candidate candidate) {
      this.candidate = candidate;
    }

    private void note(String what) {
      if (isTold) {
        throw new AssertionError(candidate.id() + " was told twice, now " + what);
      }
      isTold = true;
      inside--;
      told.add(what + " " + candidate.id() + " " + candidate.attempt());
    }

    @Override
    public void succeeded(Duration took) {
      note("succeeded");
    }

    @Override
    public void failed(Throwable cause, Duration took) {
      note("failed");
    }

    @Override
    public void unused() {
      note("unused");
    }
  }
}
