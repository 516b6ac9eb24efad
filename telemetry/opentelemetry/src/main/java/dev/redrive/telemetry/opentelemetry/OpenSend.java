// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.opentelemetry;

import dev.redrive.Origin;
import dev.redrive.trace.SendSpan;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.Optional;

/** The span of a send. */
final class OpenSend implements SendSpan {
  private final Span span;
  private final Context around;
  private final Origin origin;

  OpenSend(Span span, Context around, Origin origin) {
    this.span = span;
    this.around = around;
    this.origin = origin;
  }

  /** The span, and the baggage of the sender's surroundings before that which is inherited. */
  @Override
  public Origin origin() {
    return Wire.write(around.with(span)).or(origin);
  }

  @Override
  public void end(Optional<Throwable> failure) {
    failure.ifPresent(cause -> Failures.record(span, cause));
    span.end();
  }
}
