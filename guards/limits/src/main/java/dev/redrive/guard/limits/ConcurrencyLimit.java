// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateTime;
import java.util.Optional;

/**
 * How many attempts may run at once, of a queue or of each key of it, in one process. What is over
 * it waits, in a line that is fair between keys.
 *
 * <pre>{@code
 * ConcurrencyLimit.of(4).perKey()              // four at once of each key
 * ConcurrencyLimit.of(10).perHeader("tenant")  // ten of each tenant
 * }</pre>
 *
 * <p>How long one has to wait follows from how long attempts took so far. Equal limits are the same
 * limit: a queue that is declared again with one goes on with it.
 *
 * @param max attempts at once, 1 to 1,000,000
 * @param each has a limit of its own; empty for one limit of the queue
 * @param fairBy between whom the queue's limit is fair: by default its keys
 */
public record ConcurrencyLimit(int max, Optional<Trait> each, Trait fairBy) implements GateFactory {
  private static final int AT_ONCE_MAX = 1_000_000;
  private static final int LIMITS_MAX = 100_000;

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is out of its bounds
   */
  public ConcurrencyLimit {
    if (max < 1 || max > AT_ONCE_MAX) {
      throw new IllegalArgumentException("attempts at once must be 1 to 1000000, not " + max);
    }
  }

  /** So many attempts at once. */
  public static ConcurrencyLimit of(int max) {
    return new ConcurrencyLimit(max, Optional.empty(), Trait.key());
  }

  /** Each key has this limit of its own; messages without a key have none. */
  public ConcurrencyLimit perKey() {
    return new ConcurrencyLimit(max, Optional.of(Trait.key()), fairBy);
  }

  /** Each value of this header has this limit of its own; messages without it have none. */
  public ConcurrencyLimit perHeader(String name) {
    return new ConcurrencyLimit(max, Optional.of(Trait.header(name)), fairBy);
  }

  /** The limit is fair between the values of this header, and not between keys. */
  public ConcurrencyLimit fairByHeader(String name) {
    return new ConcurrencyLimit(max, each, Trait.header(name));
  }

  @Override
  public Gate create(String subject, GateTime time) {
    int limitsMax = each.isPresent() ? LIMITS_MAX : 1;
    return new LimitGate(toString(), each, fairBy, limitsMax, () -> new SlotSupply(max), time);
  }

  /** For people, for example {@code concurrency 4 per key}. */
  @Override
  public String toString() {
    return "concurrency " + max + each.map(trait -> " per " + trait).orElse("");
  }
}
