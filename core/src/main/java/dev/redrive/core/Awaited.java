// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The answer to a call that may hang: it comes in time, or counts as failed. */
final class Awaited {
  private Awaited() {}

  /**
   * Calls, and gives what comes of it within this time. Throws nothing that the call throws.
   *
   * @param late gets an answer that came after the time; whoever was waiting has gone on without it
   */
  static <R> CompletionStage<R> within(
      Duration time, Timers timers, Supplier<CompletionStage<R>> call, Consumer<R> late) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    stage(call).whenComplete((result, failure) -> pass(result, failure, answer, late));
    if (!answer.isDone()) {
      Timers.Timer timer =
          timers.after(
              time,
              () -> answer.completeExceptionally(new TimeoutException("no answer in " + time)));
      CompletionStage<R> awaited = answer;
      awaited.whenComplete((result, failure) -> timer.cancel());
    }
    return answer;
  }

  private static <R> CompletionStage<R> stage(Supplier<CompletionStage<R>> call) {
    try {
      return call.get();
    } catch (Throwable failure) {
      return CompletableFuture.failedStage(failure);
    }
  }

  // A result without a failure is never null.
  private static <R> void pass(
      @Nullable R result,
      @Nullable Throwable failure,
      CompletableFuture<R> answer,
      Consumer<R> late) {
    if (failure != null) {
      answer.completeExceptionally(failure);
    } else if (result == null) {
      answer.completeExceptionally(new IllegalStateException("it was answered with null"));
    } else if (!answer.complete(result)) {
      late.accept(result);
    }
  }
}
