// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.redrive.transport.kafka.Flaws.Defect;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who guards the guard: in a world with a flaw, some life breaks the promise that it is about. */
class BrokenProgressTest {
  private static final int SEEDS = 2_000;

  @TestFactory
  Stream<DynamicTest> the_simulation_notices_that() {
    return Flaws.all().stream().map(defect -> dynamicTest(defect.what(), () -> check(defect)));
  }

  private static void check(Defect defect) {
    boolean isNoticed =
        LongStream.rangeClosed(1, SEEDS)
            .mapToObj(seed -> broken(seed, defect.flaw()))
            .anyMatch(broken -> broken.filter(defect.broken()::equals).isPresent());

    assertThat(isNoticed).as("%s is broken in one of %d lives", defect.broken(), SEEDS).isTrue();
  }

  private static Optional<Promise> broken(long seed, Flaw flaw) {
    try {
      new PartitionLife(seed, flaw).live();
      return Optional.empty();
    } catch (Promise.Broken broken) {
      return Optional.of(broken.promise());
    } catch (IllegalArgumentException | IllegalStateException refused) {
      // A flaw may also ask for what is not in hand.
      return Optional.empty();
    }
  }

  @Test
  void each_promise_is_broken_by_a_flaw() {
    assertThat(Flaws.all().stream().map(Defect::broken)).contains(Promise.values());
  }
}
