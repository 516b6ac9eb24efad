// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says that an HTTP call was answered with a status that is no success. */
public class HttpStatusException extends RuntimeException implements HttpFailure {

  private static final long serialVersionUID = 1L;

  private final int httpStatus;

  /** Null when the answer did not say: an Optional field would not be serializable. */
  private final @Nullable Duration retryAfter;

  /**
   * An answer without {@code Retry-After}.
   *
   * @param httpStatus the status code, 100 to 999
   * @param why what was called and what it answered, for people
   */
  public HttpStatusException(int httpStatus, String why) {
    this(httpStatus, why, Optional.empty());
  }

  /**
   * An answer that may carry {@code Retry-After}.
   *
   * @param httpStatus the status code, 100 to 999
   * @param why what was called and what it answered, for people
   * @param retryAfter the time asked for; {@link RetryAfterHeader#parse} reads it from the header
   * @throws IllegalArgumentException for a status that is none
   */
  public HttpStatusException(int httpStatus, String why, Optional<Duration> retryAfter) {
    super("HTTP " + httpStatus + ": " + why);
    this.httpStatus = StatusRange.of(httpStatus).first();
    this.retryAfter = retryAfter.orElse(null);
  }

  @Override
  public final int httpStatus() {
    return httpStatus;
  }

  @Override
  public final Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
