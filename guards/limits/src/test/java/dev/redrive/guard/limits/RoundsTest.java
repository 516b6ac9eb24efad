// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundsTest {
  private record Waiting(long round, long place) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void counts_as_a_list_would(long seed) {
    Random random = new Random(seed);
    Rounds rounds = new Rounds(16);
    List<Waiting> waiting = new ArrayList<>();
    for (int step = 0; step < 5_000; step++) {
      if (waiting.isEmpty() || (random.nextInt(100) < 52 && waiting.size() < 60)) {
        long round = rounds.within(rounds.lowest() + random.nextInt(40));
        waiting.add(new Waiting(round, rounds.join(round)));
      } else {
        rounds.leave(waiting.remove(random.nextInt(waiting.size())).round());
      }
      long asked = rounds.lowest() + random.nextInt(16);
      assertThat(rounds.upTo(asked))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(waiting.stream().filter(each -> each.round() <= asked).count());
      assertThat(rounds.total()).isEqualTo(waiting.size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void those_of_one_round_move_up_as_others_leave(int size) {
    Rounds rounds = new Rounds(size);
    long round = rounds.within(100);
    rounds.join(round);
    long second = rounds.join(round);
    long third = rounds.join(round);
    assertThat(rounds.before(round, third)).isEqualTo(2);

    rounds.leave(round);

    assertThat(rounds.before(round, third)).isEqualTo(1);
    assertThat(rounds.before(round, second)).isZero();
  }
}
