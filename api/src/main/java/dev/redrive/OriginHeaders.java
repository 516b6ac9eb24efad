// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The headers by which services tell each other of a request. One look at each is enough. */
final class OriginHeaders {
  static final String REQUEST_ID = "x-request-id";
  static final String TRACE_PARENT = "traceparent";
  static final String TRACE_STATE = "tracestate";
  static final String BAGGAGE = "baggage";
  private static final int REQUEST_ID_CHARS_MAX = 200;

  private @Nullable String requestId;
  private @Nullable String traceParent;
  private String traceState = "";
  private @Nullable String baggage;

  private OriginHeaders() {}

  static Origin read(Map<String, String> headers) {
    if (headers.isEmpty()) {
      return Origin.NONE;
    }
    OriginHeaders found = new OriginHeaders();
    headers.forEach(found::look);
    return found.origin();
  }

  private void look(String name, String value) {
    // Most headers are none of these, and their length says so.
    switch (name.length()) {
      case 12 -> requestId = name.equalsIgnoreCase(REQUEST_ID) ? value : requestId;
      case 11 -> traceParent = name.equalsIgnoreCase(TRACE_PARENT) ? value : traceParent;
      case 10 -> traceState = name.equalsIgnoreCase(TRACE_STATE) ? value : traceState;
      case 7 -> baggage = name.equalsIgnoreCase(BAGGAGE) ? value : baggage;
      default -> {}
    }
  }

  private Origin origin() {
    if (requestId == null && traceParent == null && baggage == null) {
      return Origin.NONE;
    }
    return new Origin(
        Optional.ofNullable(requestId).filter(OriginHeaders::isRequestId),
        Optional.empty(),
        Optional.ofNullable(traceParent).flatMap(parent -> TraceContext.parse(parent, traceState)),
        Optional.ofNullable(baggage).flatMap(Baggage::parse));
  }

  /** Whether logs can show it: it comes from anybody. */
  static boolean isRequestId(String id) {
    return !id.isBlank()
        && id.length() <= REQUEST_ID_CHARS_MAX
        && id.chars().noneMatch(Character::isISOControl);
  }
}
