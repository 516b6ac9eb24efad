// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Queue;
import dev.redrive.Redrive;

/** A worker in this process. */
final class LocalCrew implements Crew {
  private final Redrive redrive;
  private final FlowHandler handler;
  private final Queue<String> queue;
  private final boolean countsAll;

  /** Starts it; closing it closes the Redrive that it is given. */
  LocalCrew(Redrive redrive, FlowPlan plan, Witness witness) {
    this(redrive, plan, witness, false);
  }

  /**
   * Starts it.
   *
   * @param countsAll as {@link Broker#countsAll}
   */
  LocalCrew(Redrive redrive, FlowPlan plan, Witness witness, boolean countsAll) {
    this.countsAll = countsAll;
    this.redrive = redrive;
    this.handler = new FlowHandler(plan, witness);
    redrive.listen(handler);
    this.queue = redrive.queue(Flow.options(plan));
    queue.handle(handler);
  }

  @Override
  public void verify() {
    long succeeded = queue.stats().toCompletableFuture().join().succeeded();
    if (countsAll) {
      assertThat(succeeded)
          .as("successes, those without an answer among them")
          .isGreaterThanOrEqualTo(handler.succeededCount());
    } else {
      assertThat(succeeded)
          .as("successes, as the engine counts them")
          .isEqualTo(handler.succeededCount());
    }
  }

  @Override
  public void close() {
    redrive.close();
  }
}
