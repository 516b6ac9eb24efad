// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A webhook was not delivered. The message may be shown to the tenant who owns the destination: it
 * names no address of this server's network, and for the same reason there is no cause: the
 * operator finds it in the log. Carries no stack trace, because the place in this code explains
 * nothing.
 */
public final class DeliveryException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int GONE = 410;

  private final FailureKind kind;
  private final int status;
  @Nullable private final Duration retryAfter; // Absent unless the receiver asked for it.
  private final String excerpt;

  DeliveryException(FailureKind kind, String message) {
    this(kind, message, 0, null, "");
  }

  private DeliveryException(
      FailureKind kind, String message, int status, @Nullable Duration retryAfter, String excerpt) {
    super(message, null, false, false);
    this.kind = kind;
    this.status = status;
    this.retryAfter = retryAfter;
    this.excerpt = excerpt;
  }

  static DeliveryException ofStatus(int status, Optional<Duration> retryAfter, String excerpt) {
    String message = "the receiver answered " + status;
    return new DeliveryException(
        FailureKind.STATUS, message, status, retryAfter.orElse(null), excerpt);
  }

  /** What went wrong. */
  public FailureKind kind() {
    return kind;
  }

  /** The HTTP status, when there was an answer. */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /** How long the receiver asked to be left alone, bounded; never negative. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** The beginning of the answer's body as text, at most 20,000 bytes of it; may be empty. */
  public String excerpt() {
    return excerpt;
  }

  /**
   * Whether the receiver said 410 Gone: it wants no webhooks any more, and the destination is to be
   * disabled.
   */
  public boolean isGone() {
    return status == GONE;
  }

  /**
   * Whether the failure is nobody's but this client's own, so that no attempt should be counted.
   */
  public boolean isLocal() {
    return kind == FailureKind.OVERLOADED || kind == FailureKind.CLOSED;
  }

  /**
   * Whether another try may succeed: not for a message that cannot be sent, one that has expired,
   * or a status that says the request itself is wrong (anything but 1xx, 408, 425, 429 and 5xx). A
   * destination that is not allowed may be tried again, since a name can lead elsewhere tomorrow;
   * so this tells a tenant nothing about names either.
   */
  public boolean isRetryable() {
    return switch (kind) {
      case INVALID, EXPIRED -> false;
      case STATUS ->
          status < 200 || status == 408 || status == 425 || status == 429 || status >= 500;
      case NOT_ALLOWED, OVERLOADED, CLOSED, CONNECT, TLS, TIMEOUT, DISCONNECTED, PROTOCOL -> true;
    };
  }
}
