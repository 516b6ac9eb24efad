// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler that knows itself what is to become of its message.
 *
 * <p>Such a word goes before the policy's rules, unless a rule names this class or one of its three
 * subclasses: a broad rule like {@code on(RuntimeException.class).retry()} does not overrule a
 * handler that rejected its message.
 */
public abstract sealed class VerdictException extends RuntimeException
    permits RejectedException, RetryAfterException, HoldException {

  private static final long serialVersionUID = 1L;

  VerdictException(String why, @Nullable Throwable cause) {
    super(why, cause);
  }

  /** What the policy does about it. */
  abstract Action action();
}
