// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The dead letters of a queue, all at once. */
final class Letters {
  private static final int PAGE = 1_000;

  private Letters() {}

  static List<DeadLetter> of(Queue<?> queue) {
    List<DeadLetter> all = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      DeadLetterPage page =
          queue
              .deadLetters()
              .browse(DeadLetterFilter.all(), cursor, PAGE)
              .toCompletableFuture()
              .join();
      all.addAll(page.items());
      cursor = page.next();
    } while (cursor.isPresent());
    return all;
  }

  static long count(Queue<?> queue) {
    return queue.deadLetters().count(DeadLetterFilter.all()).toCompletableFuture().join();
  }
}
