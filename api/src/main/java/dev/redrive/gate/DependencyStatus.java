// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

import java.time.Instant;
import java.util.List;

/**
 * How a dependency stands.
 *
 * @param state of its breaker
 * @param since when that began
 * @param reason why, for people
 * @param detail what the breaker says of itself, for people
 * @param queues the queues that name it, by name
 */
public record DependencyStatus(
    Breaker.State state, Instant since, String reason, String detail, List<String> queues) {
  /** Copies the list. */
  public DependencyStatus {
    queues = List.copyOf(queues);
  }
}
