// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import dev.redrive.server.http.Problem;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Looks for something with an id in several queues. */
public final class IdSearch {
  private IdSearch() {}

  /** What one queue has; fails if none has it, or several. */
  public static <T> CompletionStage<T> find(
      String what,
      String id,
      Collection<ManagedQueue> queues,
      Function<ManagedQueue, CompletionStage<Optional<T>>> ask) {
    List<ManagedQueue> asked = List.copyOf(queues);
    List<CompletableFuture<Optional<T>>> answers =
        asked.stream().map(queue -> ask.apply(queue).toCompletableFuture()).toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            ready -> {
              List<T> found =
                  answers.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();
              if (found.size() == 1) {
                return found.get(0);
              }
              throw (found.isEmpty() ? unknown(what, id) : ambiguous(what, id)).asException();
            });
  }

  private static Problem unknown(String what, String id) {
    return Problem.notFound(
        "unknown-" + what.replace(' ', '-'),
        "no queue knows a " + what + " `" + id + "`; it may have ended too long ago");
  }

  private static Problem ambiguous(String what, String id) {
    return Problem.of(
        409,
        "ambiguous-id",
        "Several queues know this id",
        "more than one queue has a " + what + " `" + id + "`: add ?queue= to say which");
  }
}
