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

  /** Starts it; closing it closes the Redrive that it is given. */
  LocalCrew(Redrive redrive, FlowPlan plan, Witness witness) {
    this.redrive = redrive;
    this.handler = new FlowHandler(plan, witness);
    redrive.listen(handler);
    this.queue = redrive.queue(Flow.options(plan));
    queue.handle(handler);
  }

  @Override
  public void verify() {
    assertThat(queue.stats().toCompletableFuture().join().succeeded())
        .as("successes, as the engine counts them")
        .isEqualTo(handler.succeededCount());
  }

  @Override
  public void close() {
    redrive.close();
  }
}
