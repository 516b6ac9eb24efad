// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The answers to one list, which are known one by one. Used by the queue's thread alone. */
final class Answers {
  private final Settled[] answers;
  private final CompletableFuture<List<Settled>> stage = new CompletableFuture<>();
  private int missing;

  Answers(int count) {
    answers = new Settled[count];
    Arrays.fill(answers, Settled.UNKNOWN);
    missing = count;
    if (count == 0) {
      stage.complete(List.of());
    }
  }

  CompletionStage<List<Settled>> stage() {
    return stage;
  }

  /** The answer to one of the list; each is given once. */
  void set(int index, Settled answer) {
    answers[index] = answer;
    if (--missing == 0) {
      stage.complete(List.of(answers));
    }
  }
}
