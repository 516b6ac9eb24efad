// SPDX-License-Identifier: Apache-2.0

package dev.redrive.trace;

import dev.redrive.Message;
import dev.redrive.Origin;
import dev.redrive.TraceContext;
import java.util.Optional;

/**
 * Follows messages with spans. Given to the engine when it is opened.
 *
 * <p>Called by many threads at once, on the way of each message: must be quick and must not block.
 * What it throws is logged, and the message goes its way without a span.
 */
public interface Tracer {

  /**
   * A message is about to be sent, by this thread. Not called for one that is refused before.
   *
   * @param queue where to
   * @param id the message's id
   * @param bytes how long its payload is
   * @param origin what it has been given or inherits
   * @param isTraceGiven true if the sender gave the trace in the message's headers, where it stays
   *     whatever the span is
   */
  SendSpan send(String queue, String id, int bytes, Origin origin, boolean isTraceGiven);

  /**
   * An attempt begins, with a handler on this thread or with a consumer elsewhere.
   *
   * @param message what is to be processed
   * @param origin what the message was sent with
   * @param firstAttempt the span of its first attempt, as {@link AttemptSpan#trace} gave it, if
   *     this is a later one, also after a replay
   */
  AttemptSpan attempt(Message<?> message, Origin origin, Optional<TraceContext> firstAttempt);
}
