// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Origin;
import dev.redrive.Outgoing;
import dev.redrive.SendRefusedException;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a message takes along of the request that it belongs to: what its sender gave it, and else
 * what surrounds the send ({@link Origin#current}).
 */
final class Heritage {
  private static final String REQUEST_ID = "x-request-id";
  private static final String TRACE_PARENT = "traceparent";
  private static final String TRACE_STATE = "tracestate";
  private static final String BAGGAGE = "baggage";

  private final Map<String, String> given;
  private final Optional<Instant> ownDeadline;
  private final Origin origin;

  private Heritage(Map<String, String> given, Optional<Instant> ownDeadline, Origin origin) {
    this.given = given;
    this.ownDeadline = ownDeadline;
    this.origin = origin;
  }

  /** The heritage of a message that this thread sends now. */
  static Heritage of(Outgoing<?> message) {
    Origin own = Origin.of(message.headers());
    Optional<Instant> deadline = message.deadline().map(Times::ceil);
    Origin outer = Origin.current();
    outer =
        message.inheritsDeadline()
            ? outer.deadline().map(Times::ceil).map(outer::withDeadline).orElse(outer)
            : outer.withoutDeadline();
    return new Heritage(
        message.headers(), deadline, deadline.map(own::withDeadline).orElse(own).or(outer));
  }

  /** All that is known, the sender's own word first. */
  Origin origin() {
    return origin;
  }

  /**
   * Checks the deadline where it is not the sender's own, which is checked with the message.
   *
   * @throws SendRefusedException if the message could not be tried before it
   */
  void check(Instant now, Instant dueAt) {
    Optional<Instant> deadline = origin.deadline();
    if (deadline.isEmpty() || deadline.equals(ownDeadline)) {
      return;
    }
    if (!deadline.get().isAfter(now) || !deadline.get().isAfter(dueAt)) {
      throw new SendRefusedException(
          SendRefusedException.Cause.INVALID,
          "the deadline "
              + deadline.get()
              + ", inherited from what is being done, is not after the due time "
              + dueAt
              + "; send it withoutDeadline() if it is to be done all the same");
    }
  }

  /** The message's headers, when it is to go along in this trace and with this baggage. */
  Map<String, String> headers(Origin traced) {
    if (origin.equals(Origin.NONE) && traced.equals(Origin.NONE)) {
      return given;
    }
    Map<String, String> headers = new LinkedHashMap<>(given);
    origin.deadline().ifPresent(end -> headers.put(WireHeaders.DEADLINE, end.toString()));
    if (!isGiven(REQUEST_ID)) {
      origin.requestId().ifPresent(id -> headers.put(WireHeaders.REQUEST_ID, id));
    }
    Map<String, String> inherited = traced.headers();
    if (isTraceGiven()) {
      inherited.remove(TRACE_PARENT);
      inherited.remove(TRACE_STATE);
    }
    if (isGiven(BAGGAGE)) {
      inherited.remove(BAGGAGE);
    }
    headers.putAll(inherited);
    return headers;
  }

  /** Whether the sender gave a trace, well or badly. */
  boolean isTraceGiven() {
    return isGiven(TRACE_PARENT) || isGiven(TRACE_STATE);
  }

  // Malformed or not: what the sender gave stays as it is (promise P6).
  private boolean isGiven(String name) {
    return given.containsKey(name) || given.keySet().stream().anyMatch(name::equalsIgnoreCase);
  }
}
