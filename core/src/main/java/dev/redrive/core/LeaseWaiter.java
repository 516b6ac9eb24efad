// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A consumer that asked for messages and has not got an answer.
 *
 * @param max how many it wants
 * @param lease for how long
 * @param end until when it waits, as Timers.nanoTime
 * @param answer what it gets; it may cancel it
 */
record LeaseWaiter<T>(
    int max, Duration lease, long end, CompletableFuture<List<Delivery<T>>> answer) {

  LeaseWaiter(int max, Duration lease, long end) {
    this(max, lease, end, new CompletableFuture<>());
  }

  /** True once nobody waits for the answer any more. */
  boolean isOver(long now) {
    return answer.isDone() || now >= end;
  }

  // One consumer is not another because it asks for the same.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
