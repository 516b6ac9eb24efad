// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Optional;

/**
 * To be implemented by an exception that stands for an HTTP answer, so that a policy's rules by
 * status and {@code Retry-After} see it, wherever it is in the chain of causes.
 */
public interface HttpFailure {

  /** The status code of the answer, such as 503. */
  int httpStatus();

  /** How long the other side asked to be left alone; empty when it did not say. */
  default Optional<Duration> retryAfter() {
    return Optional.empty();
  }
}
