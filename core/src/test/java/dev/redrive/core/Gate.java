// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.AsyncHandler;
import dev.redrive.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A handler whose attempts go on until the test ends them. */
final class Gate implements AsyncHandler<String> {
  private final List<String> began = new ArrayList<>();
  private final Map<String, CompletableFuture<Void>> running = new LinkedHashMap<>();
  private int most;

  @Override
  public CompletionStage<Void> handle(Message<String> message) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    began.add(message.id() + " " + message.attempt());
    running.put(message.id(), end);
    most = Math.max(most, running.size());
    return end;
  }

  /** Which attempts began, for example {@code a 1}. */
  List<String> began() {
    return began;
  }

  /** Ids whose attempts the test has not ended. */
  List<String> running() {
    return List.copyOf(running.keySet());
  }

  /** How many ran at most at once. */
  int most() {
    return most;
  }

  private CompletableFuture<Void> take(String id) {
    CompletableFuture<Void> end = running.remove(id);
    if (end == null) {
      throw new AssertionError(id + " is not running, but: " + running.keySet());
    }
    return end;
  }

  void succeed(String id) {
    take(id).complete(null);
  }

  void fail(String id, Throwable cause) {
    take(id).completeExceptionally(cause);
  }
}
