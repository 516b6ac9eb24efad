// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.opentelemetry;

import dev.redrive.Event;
import dev.redrive.TraceContext;
import dev.redrive.trace.AttemptSpan;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Locale;
import java.util.Optional;

/** The span of an attempt. */
final class OpenAttempt implements AttemptSpan {
  private final Span span;
  private final Context context;
  private volatile boolean hasFailed;

  /**
   * Creates it.
   *
   * @param context what surrounds the handler: the span, and the message's baggage
   */
  OpenAttempt(Span span, Context context) {
    this.span = span;
    this.context = context;
  }

  @Override
  public Optional<TraceContext> trace() {
    return Wire.trace(span);
  }

  @SuppressWarnings("MustBeClosedChecker") // Whoever enters closes it.
  @Override
  public Entered enter() {
    Scope scope = context.makeCurrent();
    return scope::close;
  }

  @Override
  public void fail(Throwable cause) {
    hasFailed = true;
    Failures.record(span, cause);
  }

  @Override
  public void end(Event outcome) {
    span.setAttribute(Names.OUTCOME, outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    if (outcome instanceof Event.Retried retried) {
      span.setAttribute(Names.DUE_AT, retried.dueAt().toString());
    } else if (outcome instanceof Event.Died died) {
      die(died);
    }
    span.end();
  }

  private void die(Event.Died died) {
    String reason = died.reason().wireName();
    span.addEvent(
        Names.DEAD_LETTER, Attributes.of(Names.REASON, reason, Names.CAUSE, died.cause()));
    if (!hasFailed) {
      Failures.record(span, reason, died.cause());
    }
  }
}
