// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.opentelemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** Failures as spans tell of them. */
final class Failures {
  private Failures() {}

  static void record(Span span, Throwable cause) {
    String type = cause.getClass().getCanonicalName();
    record(span, type == null ? cause.getClass().getName() : type, String.valueOf(cause));
    span.recordException(cause);
  }

  static void record(Span span, String type, String why) {
    span.setAttribute(Names.ERROR_TYPE, type);
    span.setStatus(StatusCode.ERROR, why);
  }
}
