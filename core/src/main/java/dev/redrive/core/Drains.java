// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Subscriptions that take nothing more, but whose messages are not all settled yet. Thread-safe.
 */
final class Drains {
  // Guarded by this.
  private final List<CompletableFuture<Void>> running = new ArrayList<>();

  /** Drains the intake. */
  void add(Intake intake) {
    CompletableFuture<Void> emptied = intake.drain().toCompletableFuture();
    synchronized (this) {
      running.removeIf(CompletableFuture::isDone);
      running.add(emptied);
    }
  }

  /** Completes when all that was added so far is settled. */
  synchronized CompletionStage<Void> all() {
    return CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new));
  }
}
