// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.time.Duration;

/**
 * Runs handlers, blocking or not.
 *
 * @param <T> the payload's type
 */
interface Invoker<T> {

  /** Runs the handler for an attempt that has begun. Each attempt given is ended once. */
  void invoke(Attempt<T> attempt);

  /** Does something that invokes handlers, perhaps several. */
  default void together(Runnable invocations) {
    invocations.run();
  }

  /** Changes the limits for attempts from now on. */
  void limit(int concurrency, Duration timeout);

  /** How many handlers run now. */
  int runningCount();

  /** Interrupts what runs and hands its messages back. */
  void stop();
}
