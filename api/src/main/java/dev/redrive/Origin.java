// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a message comes from: the request, until when somebody waits for it, its trace and baggage.
 *
 * <p>A message that is sent takes over what it has not been given itself from {@link #current()}:
 * around a handler that is the origin of the handler's own message, elsewhere what {@link #wrap}
 * put there.
 *
 * <pre>{@code
 * Origin.of(request.headers()).withDeadline(end).wrap(() -> orders.send(order)).run();
 * }</pre>
 *
 * @param requestId the request, 1 to 200 characters without control characters
 * @param deadline when what the request wants becomes worthless
 * @param trace the span in which it began
 * @param baggage what else its participants tell each other
 */
public record Origin(
    Optional<String> requestId,
    Optional<Instant> deadline,
    Optional<TraceContext> trace,
    Optional<Baggage> baggage) {

  /** Nothing is known. */
  public static final Origin NONE =
      new Origin(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * Reads the headers {@code x-request-id}, {@code traceparent}, {@code tracestate} and {@code
   * baggage}, whatever the case of their names. One that is malformed counts as absent.
   */
  public static Origin of(Map<String, String> headers) {
    return OriginHeaders.read(headers);
  }

  /**
   * The same of this request.
   *
   * @throws IllegalArgumentException if it is not 1 to 200 characters, or has control characters
   */
  public Origin withRequestId(String id) {
    if (!OriginHeaders.isRequestId(id)) {
      throw new IllegalArgumentException(
          "a request id must have 1 to 200 characters and no control characters");
    }
    return new Origin(Optional.of(id), deadline, trace, baggage);
  }

  /** The same with this deadline. */
  public Origin withDeadline(Instant end) {
    return new Origin(requestId, Optional.of(end), trace, baggage);
  }

  /** The same in this trace, or in none. */
  public Origin withTrace(Optional<TraceContext> changed) {
    return new Origin(requestId, deadline, changed, baggage);
  }

  /** The same without a deadline. */
  public Origin withoutDeadline() {
    return deadline.isEmpty() ? this : new Origin(requestId, Optional.empty(), trace, baggage);
  }

  /** This one, with the other's word where this says nothing, and the earlier deadline of both. */
  public Origin or(Origin other) {
    if (this.equals(NONE)) {
      return other;
    }
    if (other.equals(NONE)) {
      return this;
    }
    return new Origin(
        requestId.or(other::requestId),
        earlier(deadline, other.deadline),
        trace.or(other::trace),
        baggage.or(other::baggage));
  }

  private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
    return one.isPresent() && other.map(one.get()::isBefore).orElse(true) ? one : other;
  }

  /** The trace and the baggage as headers, in lower case; a new map, which may be changed. */
  public Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    trace.ifPresent(
        known -> {
          headers.put(OriginHeaders.TRACE_PARENT, known.parent());
          if (!known.state().isEmpty()) {
            headers.put(OriginHeaders.TRACE_STATE, known.state());
          }
        });
    baggage.ifPresent(known -> headers.put(OriginHeaders.BAGGAGE, known.header()));
    return headers;
  }

  /** The origin of what is sent by this thread now; {@link #NONE} if nothing is known. */
  public static Origin current() {
    return Scope.current().origin();
  }

  /** The same task, with this origin around it for what it sends. */
  public Runnable wrap(Runnable task) {
    return () -> new Scope(Context.current(), this).run(task);
  }
}
