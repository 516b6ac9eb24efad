// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import dev.redrive.InvalidOptionsException;
import dev.redrive.RedriveException;
import dev.redrive.SendRefusedException;
import dev.redrive.TransportException;
import dev.redrive.UnsupportedCapabilityException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told of a failure. Of what it cannot mend it learns no more than that. */
public final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);
  private static final int SOON_SECONDS = 1;

  private Failures() {}

  /** The problem that stands for this failure; one that nobody expected is logged. */
  public static Problem problem(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof ProblemException known) {
      return known.problem();
    }
    if (cause instanceof SendRefusedException refused) {
      return refused(refused);
    }
    if (cause instanceof InvalidOptionsException invalid) {
      return Problem.invalid(invalid.problems());
    }
    if (cause instanceof UnsupportedCapabilityException unsupported) {
      return Problem.of(501, "not-supported", "The transport cannot do this", text(unsupported));
    }
    if (cause instanceof TransportException) {
      log.warn("the transport failed: {}", cause.toString());
      return unavailable(
          "the transport cannot be reached now; sending again with the same id is safe");
    }
    if (cause instanceof RedriveException) {
      return unavailable(text(cause));
    }
    log.error("a request failed unexpectedly", cause);
    return Problem.of(
        500,
        "internal-error",
        "Internal error",
        "the server made a mistake, which stands in its log; trying again may help");
  }

  /** The failure itself, without what futures wrap around it. */
  public static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static Problem refused(SendRefusedException refused) {
    return switch (refused.reason()) {
      case INVALID -> Problem.invalid(text(refused));
      case OVERFLOW ->
          Problem.of(429, "queue-full", "The queue is full", text(refused))
              .retryAfter(SOON_SECONDS);
      case NO_SPACE -> Problem.of(507, "no-space", "The store is full", text(refused));
      case CLOSED -> unavailable(text(refused));
    };
  }

  private static Problem unavailable(String detail) {
    return Problem.of(503, "unavailable", "Not available now", detail).retryAfter(SOON_SECONDS);
  }

  private static String text(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }
}
