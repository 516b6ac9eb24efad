// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Origin;
import dev.redrive.TraceContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What the lines that are logged around an attempt can show of it: keys of SLF4J's MDC. What a
 * thread had there before, it has again afterwards.
 */
final class LogContext {
  private static final String[] KEYS = {
    "redrive.queue",
    "redrive.message_id",
    "redrive.attempt",
    "redrive.request_id",
    "redrive.trace_id"
  };

  private static final int MESSAGE_ID = 1;
  private static final @Nullable String[] NOTHING = new @Nullable String[KEYS.length];

  // In the order of the keys; null for what is not known.
  private final @Nullable String[] values;

  private LogContext(@Nullable String... values) {
    this.values = values;
  }

  static LogContext of(Handed handed, String queue) {
    Origin origin = handed.origin();
    Optional<TraceContext> trace = handed.span().trace().or(origin::trace);
    return of(queue, handed.in().id(), handed.in().attempt(), origin.withTrace(trace));
  }

  /** Of an attempt of this origin. */
  static LogContext of(String queue, String id, int attempt, Origin origin) {
    return new LogContext(
        queue,
        id,
        Integer.toString(attempt),
        origin.requestId().orElse(null),
        origin.trace().map(TraceContext::traceId).orElse(null));
  }

  Runnable around(Runnable task) {
    return () -> {
      // The keys are ours: where there is no message, there are none of the others, and to look at
      // each would cost more than to set them.
      boolean isNested = MDC.get(KEYS[MESSAGE_ID]) != null;
      @Nullable String[] outer = isNested ? present() : NOTHING;
      change(outer, values);
      try {
        task.run();
      } finally {
        change(values, outer);
      }
    };
  }

  private static @Nullable String[] present() {
    @Nullable String[] present = new @Nullable String[KEYS.length];
    for (int i = 0; i < KEYS.length; i++) {
      present[i] = MDC.get(KEYS[i]);
    }
    return present;
  }

  private static void change(@Nullable String[] from, @Nullable String[] to) {
    for (int i = 0; i < KEYS.length; i++) {
      String value = to[i];
      if (value != null) {
        MDC.put(KEYS[i], value);
      } else if (from[i] != null) {
        MDC.remove(KEYS[i]);
      }
    }
  }
}
