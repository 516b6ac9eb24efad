// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.opentelemetry;

import dev.redrive.Message;
import dev.redrive.Origin;
import dev.redrive.TraceContext;
import dev.redrive.trace.AttemptSpan;
import dev.redrive.trace.SendSpan;
import dev.redrive.trace.Tracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.Optional;

/**
 * Follows messages with OpenTelemetry spans.
 *
 * <pre>{@code
 * Engine.builder().tracer(new OpenTelemetryTracer(openTelemetry)).transport("amqp://…").open();
 * }</pre>
 *
 * <p>A send is a span {@code send <queue>}, a child of the sender's current span; its context
 * travels with the message in W3C's headers, whatever propagators OpenTelemetry is set up with.
 * Each attempt is a span {@code process <queue>} around the handler. All of them are children of
 * the send's span and so of one trace, as the conventions allow for messages that are processed one
 * by one; they link to it as well, and later attempts to the first one ({@code
 * messaging.redrive.link}). A message that came without a trace has the trace of its first attempt.
 *
 * <p>Names and attributes follow OpenTelemetry's <a
 * href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">semantic
 * conventions for messaging spans</a>, which are in development. What is Redrive's own is named
 * {@code messaging.redrive.…}. Thread-safe.
 */
public final class OpenTelemetryTracer implements Tracer {
  private static final String SCOPE = "dev.redrive";

  private final io.opentelemetry.api.trace.Tracer tracer;

  /** Makes its spans here. */
  public OpenTelemetryTracer(OpenTelemetry openTelemetry) {
    this.tracer = openTelemetry.getTracer(SCOPE);
  }

  @Override
  public SendSpan send(String queue, String id, int bytes, Origin origin, boolean isTraceGiven) {
    Context around = Context.current();
    Context sent = Wire.read(origin);
    boolean isWithinSpan = isValid(around);
    SpanBuilder builder =
        builder("send", queue, id)
            .setParent(isWithinSpan ? around : sent)
            // The conventions: a producer is whose span the message's consumers will know.
            .setSpanKind(isTraceGiven ? SpanKind.CLIENT : SpanKind.PRODUCER)
            .setAttribute(Names.BODY_SIZE, (long) bytes);
    origin.requestId().ifPresent(request -> builder.setAttribute(Names.REQUEST_ID, request));
    if (isTraceGiven && isValid(sent)) {
      builder.addLink(Span.fromContext(sent).getSpanContext());
    }
    return new OpenSend(builder.startSpan(), around, origin);
  }

  @Override
  public AttemptSpan attempt(
      Message<?> message, Origin origin, Optional<TraceContext> firstAttempt) {
    // Not within whatever is current: a thread of the engine may have inherited that from anybody.
    Context sent = Wire.read(origin);
    SpanContext creation = Span.fromContext(sent).getSpanContext();
    Context first = Wire.read(Origin.NONE.withTrace(firstAttempt));
    SpanContext firstSpan = Span.fromContext(first).getSpanContext();
    boolean hasParent = creation.isValid() || !firstSpan.isValid();
    Context parent = hasParent ? sent : sent.with(Span.wrap(firstSpan));
    SpanBuilder builder =
        builder("process", message.queue(), message.id())
            .setParent(parent)
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute(Names.ATTEMPT, (long) message.attempt());
    origin.requestId().ifPresent(request -> builder.setAttribute(Names.REQUEST_ID, request));
    link(builder, creation, "creation");
    link(builder, firstSpan, "first-attempt");
    Span span = builder.startSpan();
    return new OpenAttempt(span, parent.with(span));
  }

  private static void link(SpanBuilder builder, SpanContext to, String what) {
    if (to.isValid()) {
      builder.addLink(to, Attributes.of(Names.LINK, what));
    }
  }

  private SpanBuilder builder(String operation, String queue, String id) {
    return tracer
        .spanBuilder(operation + " " + queue)
        .setAttribute(Names.SYSTEM, "redrive")
        .setAttribute(Names.OPERATION_NAME, operation)
        .setAttribute(Names.OPERATION_TYPE, operation)
        .setAttribute(Names.DESTINATION, queue)
        .setAttribute(Names.MESSAGE_ID, id);
  }

  private static boolean isValid(Context context) {
    return Span.fromContext(context).getSpanContext().isValid();
  }
}
