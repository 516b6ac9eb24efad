// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.core;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Does rightly what {@link TouchesTheRealWorld} does wrongly. */
record KeepsToItsClock(Clock clock, Executor executor) {

  Instant now() {
    return Instant.now(clock);
  }

  LocalDate today() {
    return LocalDate.now(clock);
  }

  UUID id() {
    return new UUID(1, 2);
  }

  CompletionStage<Instant> later() {
    return CompletableFuture.supplyAsync(this::now, executor);
  }
}
