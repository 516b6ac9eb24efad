// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.Origin;
import dev.redrive.TraceContext;
import dev.redrive.spi.WireHeaders;
import dev.redrive.trace.AttemptSpan;
import dev.redrive.trace.SendSpan;
import dev.redrive.trace.Tracer;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is put around sends and attempts for those who watch: spans, if there is a tracer, and what
 * logs show. Whatever a tracer throws is logged, and costs neither a message nor an attempt.
 */
final class Surroundings {
  private static final Logger log = LoggerFactory.getLogger(Surroundings.class);

  private final Optional<Tracer> tracer;
  private final boolean isInLogs;

  Surroundings(Optional<Tracer> tracer, boolean isInLogs) {
    this.tracer = tracer;
    this.isInLogs = isInLogs;
  }

  /** Begins the span of a send; empty if nobody traces. */
  Optional<SendSpan> send(String queue, String id, int bytes, Heritage heritage) {
    return tracer.map(
        each -> {
          Origin origin = heritage.origin();
          boolean isTraceGiven = heritage.isTraceGiven();
          SendSpan none = new NoSend(origin);
          return guarded(
              () -> new GuardedSend(each.send(queue, id, bytes, origin, isTraceGiven), origin),
              none);
        });
  }

  /** Begins the span of an attempt, which the message then has. */
  void attempt(Handed handed, Message<?> message) {
    if (tracer.isPresent()) {
      Tracer each = tracer.get();
      AttemptSpan span =
          guarded(
              () ->
                  new GuardedAttempt(each.attempt(message, handed.origin(), firstAttempt(handed))),
              NoAttempt.SPAN);
      handed.span(span);
    }
  }

  private static Optional<TraceContext> firstAttempt(Handed handed) {
    String text = handed.in().headers().get(WireHeaders.FIRST_ATTEMPT);
    return text == null ? Optional.empty() : TraceContext.parse(text, "");
  }

  /** Puts the span of the message's attempt, and what logs show of it, around a task. */
  UnaryOperator<Runnable> around(Handed handed, String queue) {
    AttemptSpan span = handed.span();
    if (!isInLogs) {
      return span == NoAttempt.SPAN ? UnaryOperator.identity() : task -> within(span, task);
    }
    LogContext logs = LogContext.of(handed, queue);
    return span == NoAttempt.SPAN ? logs::around : task -> within(span, logs.around(task));
  }

  private static Runnable within(AttemptSpan span, Runnable task) {
    return () -> {
      AttemptSpan.Entered entered = span.enter();
      try {
        task.run();
      } finally {
        entered.close();
      }
    };
  }

  private static void guarded(Runnable call) {
    guarded(
        () -> {
          call.run();
          return true;
        },
        false);
  }

  private static <R> R guarded(Supplier<R> call, R otherwise) {
    try {
      return call.get();
    } catch (Throwable failure) {
      // Errors too: nobody's traces may stop a message.
      log.warn("the tracer failed", failure);
      return otherwise;
    }
  }

  private record NoSend(Origin origin) implements SendSpan {
    @Override
    public void end(Optional<Throwable> failure) {
      // Its tracer failed.
    }
  }

  private record GuardedSend(SendSpan span, Origin otherwise) implements SendSpan {
    @Override
    public Origin origin() {
      return guarded(span::origin, otherwise);
    }

    @Override
    public void end(Optional<Throwable> failure) {
      guarded(() -> span.end(failure));
    }
  }

  private record GuardedAttempt(AttemptSpan span) implements AttemptSpan {
    @Override
    public Optional<TraceContext> trace() {
      return guarded(span::trace, Optional.empty());
    }

    @Override
    public Entered enter() {
      Entered entered = guarded(span::enter, NoAttempt.NOWHERE);
      return () -> guarded(entered::close);
    }

    @Override
    public void fail(Throwable cause) {
      guarded(() -> span.fail(cause));
    }

    @Override
    public void end(Event outcome) {
      guarded(() -> span.end(outcome));
    }
  }
}
