// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Dead letters around sound ones; each defect overrides what it breaks. */
class FlawedDeadLetters implements DeadLetters {
  private final DeadLetters inner;

  FlawedDeadLetters(DeadLetters inner) {
    this.inner = inner;
  }

  final DeadLetters inner() {
    return inner;
  }

  /** All that match, oldest first. */
  final List<DeadLetter> all(DeadLetterFilter filter) {
    return Flaw.result(inner.browse(filter, Optional.empty(), 1_000)).items();
  }

  @Override
  public CompletionStage<Long> count(DeadLetterFilter filter) {
    return inner.count(filter);
  }

  @Override
  public CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit) {
    return inner.browse(filter, cursor, limit);
  }

  @Override
  public CompletionStage<Optional<DeadLetter>> find(String id) {
    return inner.find(id);
  }

  @Override
  public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
    return inner.replay(filter, max);
  }

  @Override
  public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
    return inner.purge(filter, max);
  }
}
