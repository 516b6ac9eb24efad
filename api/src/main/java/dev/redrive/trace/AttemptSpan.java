// SPDX-License-Identifier: Apache-2.0

package dev.redrive.trace;

import dev.redrive.Event;
import dev.redrive.TraceContext;
import java.util.Optional;

/** The span of an attempt. */
public interface AttemptSpan {

  /** By what later attempts and other services know this span; empty if there is none. */
  Optional<TraceContext> trace();

  /**
   * Makes this the current span of the calling thread, until the result is closed by it. Called for
   * the handler, and for tasks that take the attempt's context along; perhaps several times, and
   * perhaps after the end.
   */
  Entered enter();

  /** The attempt failed of this; {@link #end} follows. */
  void fail(Throwable cause);

  /**
   * The attempt has ended. Called once at most, by any thread; not at all if the process or its
   * memory ends before.
   *
   * @param outcome what the message is settled with: success, retry, deferral, death or
   *     cancellation. Another consumer may have taken the message over and settle it otherwise.
   */
  void end(Event outcome);

  /** A thread is in a span. */
  @FunctionalInterface
  interface Entered extends AutoCloseable {
    /** Leaves the span. */
    @Override
    void close();
  }
}
