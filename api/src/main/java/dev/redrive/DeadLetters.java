// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The dead letters of one queue. Thread-safe. */
public interface DeadLetters {

  /** How many match. */
  CompletionStage<Long> count(DeadLetterFilter filter);

  /**
   * A page of those that match, oldest first.
   *
   * @param cursor where to go on, from the page before; empty for the first page
   * @param limit how many at most, 1 to 1,000
   */
  CompletionStage<DeadLetterPage> browse(
      DeadLetterFilter filter, Optional<String> cursor, int limit);

  /** The dead letter of this id, if there is one. */
  CompletionStage<Optional<DeadLetter>> find(String id);

  /**
   * Sends those that match back to their queue, due at once, their attempts counted from 1 anew.
   * Each enters its queue once, and leaves the dead letters only when the queue holds it, across
   * crashes and repeated or concurrent calls (promise P8).
   *
   * @param max how many at most, oldest first, 1 to 10,000
   * @return how many were sent back; fewer than {@code max} means that none is left that matches
   */
  CompletionStage<Integer> replay(DeadLetterFilter filter, int max);

  /**
   * Deletes those that match for good.
   *
   * @param max how many at most, oldest first, 1 to 10,000
   * @return how many were deleted; fewer than {@code max} means that none is left that matches
   */
  CompletionStage<Integer> purge(DeadLetterFilter filter, int max);
}
