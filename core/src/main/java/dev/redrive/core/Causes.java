// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What really happened, below the wrappers that futures put around it. */
final class Causes {
  // Nobody wraps deeper, but a chain of causes may bite its own tail.
  private static final int WRAPPERS_MAX = 32;

  private Causes() {}

  static Throwable unwrap(Throwable failure) {
    Throwable inner = failure;
    for (int i = 0; i < WRAPPERS_MAX; i++) {
      Throwable cause = inner.getCause();
      boolean isWrapper =
          inner instanceof CompletionException || inner instanceof ExecutionException;
      if (!isWrapper || cause == null) {
        return inner;
      }
      inner = cause;
    }
    return inner;
  }

  /** Keeps what went wrong while a failure was being dealt with, beside the failure. */
  static void suppress(Throwable failure, Throwable further) {
    // A failure may not suppress itself: what was thrown may be thrown again.
    if (failure != further) {
      failure.addSuppressed(further);
    }
  }
}
