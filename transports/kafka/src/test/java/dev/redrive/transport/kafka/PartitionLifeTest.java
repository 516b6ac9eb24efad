// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import org.junit.jupiter.api.Test;

/**
 * {@link Progress} beside a model of what is true, through many lives of a partition. More of them:
 * {@code -Dredrive.kafka.seeds=100000}; a certain one: {@code -Dredrive.kafka.first=17} with one
 * seed.
 */
class PartitionLifeTest {
  private static final int SEEDS = Integer.getInteger("redrive.kafka.seeds", 3_000);
  private static final long FIRST = Long.getLong("redrive.kafka.first", 1);

  @Test
  void every_record_is_settled_once_and_every_crash_counted_whatever_becomes_of_processes() {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      live(seed, new Flaw());
    }
  }

  static void live(long seed, Flaw flaw) {
    PartitionLife life = new PartitionLife(seed, flaw);
    try {
      life.live();
    } catch (RuntimeException | AssertionError broken) {
      throw new AssertionError(
          "seed " + seed + ": " + broken.getMessage() + "\n" + String.join("\n", life.steps()),
          broken);
    }
  }
}
