// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store that does what it should until a test wants trouble. */
final class TroubledStore implements IdempotencyStore {
  /** What goes wrong with each call. */
  enum Trouble {
    NONE,
    THROWS,
    FAILS,
    NULL,
    ANSWERS_LATE,
    NEVER_ANSWERS
  }

  private final IdempotencyStore store;
  private final List<String> calls = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private Trouble atBegin = Trouble.NONE;
  private Trouble atEnd = Trouble.NONE;

  TroubledStore(IdempotencyStore store) {
    this.store = store;
  }

  /** All calls go wrong from now on. */
  void trouble(Trouble trouble) {
    atBegin = trouble;
    atEnd = trouble;
  }

  /** Calls that complete or release go wrong from now on. */
  void troubleAtEnd(Trouble trouble) {
    atEnd = trouble;
  }

  /** Gives the answers that were to come late. */
  void answerLate() {
    List<Runnable> due = List.copyOf(late);
    late.clear();
    due.forEach(Runnable::run);
  }

  /** What was asked, for example {@code begin orders/a}. */
  List<String> calls() {
    return calls;
  }

  private <R> CompletionStage<R> troubled(
      Trouble trouble, String call, Supplier<CompletionStage<R>> real) {
    calls.add(call);
    return switch (trouble) {
      case NONE -> real.get();
      case THROWS -> throw new IllegalStateException("planned");
      case FAILS -> CompletableFuture.failedStage(new IllegalStateException("planned"));
      case NULL -> CompletableFuture.completedStage(null);
      case ANSWERS_LATE -> {
        CompletableFuture<R> answer = new CompletableFuture<>();
        CompletableFuture<R> given = real.get().toCompletableFuture();
        late.add(() -> answer.complete(given.join()));
        yield answer;
      }
      case NEVER_ANSWERS -> new CompletableFuture<>();
    };
  }

  @Override
  public CompletionStage<Begun> begin(String key, Duration lease) {
    return troubled(atBegin, "begin " + key, () -> store.begin(key, lease));
  }

  @Override
  public CompletionStage<Boolean> renew(String key, String owner, Duration lease) {
    return troubled(atEnd, "renew " + key, () -> store.renew(key, owner, lease));
  }

  @Override
  public CompletionStage<Boolean> complete(String key, String owner, byte[] result, Duration ttl) {
    return troubled(atEnd, "complete " + key, () -> store.complete(key, owner, result, ttl));
  }

  @Override
  public CompletionStage<Boolean> release(String key, String owner) {
    return troubled(atEnd, "release " + key, () -> store.release(key, owner));
  }
}
