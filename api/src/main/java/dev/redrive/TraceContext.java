// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Optional;

/**
 * Where in a distributed trace something happened, as W3C Trace Context (level 2) says it in the
 * headers {@code traceparent} and {@code tracestate}.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param spanId 16 lower-case hexadecimal digits, not all zero
 * @param flags 0 to 3: 1 if the trace is sampled, 2 if its id is random
 * @param state what vendors add, as a list of at most 32 members and 512 characters; empty for none
 */
public record TraceContext(String traceId, String spanId, int flags, String state) {
  // Version, trace, span and flags.
  private static final String FORM = "00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-00";
  private static final int LENGTH = FORM.length();
  private static final int LENGTH_MAX = 512;
  private static final int SAMPLED = 1;
  // Sampled and random; what later levels add is not ours to pass on.
  private static final int FLAGS_KNOWN = 3;

  /**
   * Checks the ids, the flags and the state.
   *
   * @throws IllegalArgumentException if one of them is not as it must be
   */
  public TraceContext {
    if (!isId(traceId, 32) || !isId(spanId, 16)) {
      throw new IllegalArgumentException(
          "no ids of a trace and a span: " + traceId + ", " + spanId);
    }
    if ((flags & ~FLAGS_KNOWN) != 0) {
      throw new IllegalArgumentException("flags must be 0 to 3, not " + flags);
    }
    if (!state.isEmpty() && !TraceState.isValid(state)) {
      throw new IllegalArgumentException("no tracestate: " + state);
    }
  }

  /**
   * Reads the two headers. A malformed {@code traceparent} is as good as none, and a malformed
   * {@code tracestate} too, without harm to the first. A later version of the format is read as far
   * as it is known.
   *
   * @param state the header {@code tracestate}; empty for none
   */
  public static Optional<TraceContext> parse(String parent, String state) {
    if (!hasForm(parent)) {
      return Optional.empty();
    }
    String traceId = parent.substring(3, 35);
    String spanId = parent.substring(36, 52);
    if (!isId(traceId, 32) || !isId(spanId, 16)) {
      return Optional.empty();
    }
    int flags = Integer.parseInt(parent, 53, LENGTH, 16) & FLAGS_KNOWN;
    return Optional.of(
        new TraceContext(traceId, spanId, flags, TraceState.isValid(state) ? state : ""));
  }

  private static boolean hasForm(String parent) {
    if (parent.length() < LENGTH || parent.length() > LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      if (FORM.charAt(i) == '-' ? parent.charAt(i) != '-' : !isHex(parent.charAt(i))) {
        return false;
      }
    }
    // Version ff is none, and only later versions than 00 may have more to say.
    return !parent.startsWith("ff")
        && (parent.length() == LENGTH
            || (!parent.startsWith("00") && parent.charAt(LENGTH) == '-'));
  }

  private static boolean isId(String id, int length) {
    boolean hasDigit = false;
    for (int i = 0; i < id.length(); i++) {
      if (!isHex(id.charAt(i))) {
        return false;
      }
      hasDigit |= id.charAt(i) != '0';
    }
    return hasDigit && id.length() == length;
  }

  private static boolean isHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  /** Whether whoever began the trace wants it recorded. */
  public boolean isSampled() {
    return (flags & SAMPLED) != 0;
  }

  /** The header {@code traceparent}. */
  public String parent() {
    return "00-" + traceId + "-" + spanId + "-0" + flags;
  }
}
