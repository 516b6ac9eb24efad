// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.concurrent.CompletionStage;

/** A handler at work on a queue. Thread-safe. */
public interface Worker extends AutoCloseable {

  /** How many attempts run now. */
  int runningCount();

  /**
   * Takes no more messages; the stage completes when those that run have ended. What was fetched
   * and not started goes back uncounted.
   */
  CompletionStage<Void> drain();

  /**
   * Takes no more messages, interrupts what runs, and hands its messages back uncounted. May be
   * called more than once, and after {@link #drain}.
   */
  @Override
  void close();
}
