// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * What {@link IdempotencyStoreContract} needs to hold a store to its rules. One harness serves one
 * test, and has one store open at a time.
 */
public interface IdempotencyHarness extends AutoCloseable {

  /** Opens the store, empty. */
  IdempotencyStore open();

  /**
   * Ends the open store as {@code kill -9} ends its process, and opens it again.
   *
   * @return a store that has what the killed one kept durably
   */
  IdempotencyStore crash();

  /** True if what was begun and done survives a crash of the process. */
  boolean isDurable();

  /** Lets this much time pass, by the clock that leases and times to live end by. */
  void advance(Duration by);

  /**
   * What the contract counts time in. Long enough that the machine's slowness does not matter where
   * time is real.
   */
  default Duration tick() {
    return Duration.ofSeconds(10);
  }

  /** Waits for the stage, in a bound, and gives its result. */
  default <R> R await(CompletionStage<R> stage) {
    try {
      return stage.toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
    }
  }

  /** Closes the store if it is open, and removes what it kept. */
  @Override
  void close();
}
