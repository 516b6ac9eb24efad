// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Many lives of a queue. More of them: {@code -Dredrive.simulation.seeds=10000}. */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("redrive.simulation.seeds", 200);
  private static final long FIRST = Long.getLong("redrive.simulation.first", 1);

  private static List<String> run(long seed) {
    try {
      return new Simulation(seed).run();
    } catch (RuntimeException | AssertionError broken) {
      throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
    }
  }

  @Test
  void every_life_keeps_the_promises() {
    Set<List<String>> lives = new HashSet<>();

    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      lives.add(run(seed));
    }

    assertThat(lives).as("each seed is a life of its own").hasSize(SEEDS);
  }

  @Test
  void a_seed_always_gives_the_same_life() {
    for (long seed = FIRST; seed < FIRST + Math.min(SEEDS, 40); seed++) {
      assertThat(run(seed)).as("seed %d", seed).isEqualTo(run(seed));
    }
  }
}
