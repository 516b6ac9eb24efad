// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.gate.Candidate;
import dev.redrive.gate.Gate;
import dev.redrive.gate.Permit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That a message has passed all gates, and what they are told of its attempt: once, whoever ends
 * it. Who cannot even settle the message lets it go, and then it is told as unused; so no gate
 * waits for ever. Telling throws nothing.
 */
final class Passage {
  /** Of a message with no gates before it. */
  static final Passage NONE = new Passage();

  private static final Logger log = LoggerFactory.getLogger(Passage.class);

  private final @Nullable Gates gates;
  private final @Nullable Candidate candidate;
  // All that is needed to take in permits is made before the first gate is asked: one that had
  // passed the message, and found no memory to be remembered, would wait for its end for ever.
  private final Gate[] passed;
  private final Permit[] permits;
  private int count;
  private final AtomicBoolean isTold;

  private Passage() {
    this.gates = null;
    this.candidate = null;
    this.passed = new Gate[0];
    this.permits = new Permit[0];
    this.isTold = new AtomicBoolean(true);
  }

  Passage(Gates gates, Candidate candidate, int gatesMax) {
    this.gates = gates;
    this.candidate = candidate;
    this.passed = new Gate[gatesMax];
    this.permits = new Permit[gatesMax];
    this.isTold = new AtomicBoolean();
  }

  void add(Gate gate, Permit permit) {
    passed[count] = gate;
    permits[count] = permit;
    count++;
  }

  boolean has(Gate gate) {
    for (int i = 0; i < count; i++) {
      if (passed[i] == gate) {
        return true;
      }
    }
    return false;
  }

  /** The attempt succeeded, or failed for a reason in the message. */
  void succeeded(Duration took) {
    if (isFirst()) {
      for (int i = 0; i < count; i++) {
        tellSuccess(i, took);
      }
      if (gates != null && candidate != null) {
        gates.succeeded(candidate, this, took);
        gates.ended(candidate);
      }
    }
  }

  private void tellSuccess(int i, Duration took) {
    try {
      permits[i].succeeded(took);
    } catch (Throwable failure) {
      complain(i, failure);
    }
  }

  /**
   * The attempt failed.
   *
   * @param culprit the dependency that the policy blames, if it blames one
   */
  void failed(Throwable cause, Duration took, Optional<String> culprit) {
    if (isFirst() && gates != null && candidate != null) {
      for (int i = 0; i < count; i++) {
        if (gates.isSpared(passed[i], culprit)) {
          tellNothing(i);
        } else {
          tellFailure(i, cause, took);
        }
      }
      gates.failed(candidate, this, cause, took, culprit);
      gates.ended(candidate);
    }
  }

  private void tellFailure(int i, Throwable cause, Duration took) {
    try {
      permits[i].failed(cause, took);
    } catch (Throwable failure) {
      complain(i, failure);
    }
  }

  /** No attempt was made, or nothing is known of its end. */
  void unused() {
    if (giveBack() && gates != null && candidate != null) {
      gates.ended(candidate);
    }
  }

  /** A later gate keeps the message waiting: the earlier ones have their permits back. */
  void refused() {
    giveBack();
  }

  private boolean giveBack() {
    boolean isFirst = isFirst();
    for (int i = 0; isFirst && i < count; i++) {
      tellNothing(i);
    }
    return isFirst;
  }

  private void tellNothing(int i) {
    try {
      permits[i].unused();
    } catch (Throwable failure) {
      complain(i, failure);
    }
  }

  private boolean isFirst() {
    // Looked at first: of most messages nobody is to be told anything, again and again.
    return !isTold.get() && isTold.compareAndSet(false, true);
  }

  // Errors too: no gate may keep a message from being settled, or another gate from its word.
  private void complain(int i, Throwable failure) {
    try {
      log.error("the gate {} failed when it was told of an attempt's end", passed[i], failure);
    } catch (Throwable noMemory) {
      // Not even for that: then nobody hears of it, and the next gate is told.
    }
  }
}
