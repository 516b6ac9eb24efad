// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.Successors;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a queue needs of its transport.
 *
 * @param name its name
 * @param isOrdered true if messages of one key are handed over one after another: n+1 not before n
 *     succeeded, was cancelled, or was purged from the dead letters
 * @param successors of an ordered queue, whether n+1 waits for a dead n, or goes on without it
 * @param maxWaiting messages that may wait; more are refused with OVERFLOW
 * @param dedupWindow how long the id of a message that ended is remembered
 */
public record QueueSpec(
    String name,
    boolean isOrdered,
    Successors successors,
    OptionalLong maxWaiting,
    Duration dedupWindow) {

  /** One in which those behind a dead message wait, if it is ordered. */
  public QueueSpec(String name, boolean isOrdered, OptionalLong maxWaiting, Duration dedupWindow) {
    this(name, isOrdered, Successors.WAIT, maxWaiting, dedupWindow);
  }

  /** True if those behind a dead message go on. */
  public boolean goesOn() {
    return isOrdered && successors == Successors.GO_ON;
  }
}
