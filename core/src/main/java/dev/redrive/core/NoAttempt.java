// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.TraceContext;
import dev.redrive.trace.AttemptSpan;
import java.util.Optional;

/** The span of an attempt that nobody traces, or of a message before its attempt. */
enum NoAttempt implements AttemptSpan {
  SPAN;

  static final Entered NOWHERE = () -> {};

  @Override
  public Optional<TraceContext> trace() {
    return Optional.empty();
  }

  @Override
  public Entered enter() {
    return NOWHERE;
  }

  @Override
  public void fail(Throwable cause) {
    // Nobody is to be told.
  }

  @Override
  public void end(Event outcome) {
    // As above.
  }
}
