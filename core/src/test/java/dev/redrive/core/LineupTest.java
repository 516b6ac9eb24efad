// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Choice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineupTest {
  private static final Duration AGEING = Duration.ofSeconds(10);
  private static final long STEP = AGEING.toNanos();

  private Lineup<String> lineup = new Lineup<>(Choice.defaults().ageing(AGEING));
  private long now = -5_000;

  private void add(String message, int priority) {
    add(message, priority, "");
  }

  private void add(String message, int priority, String tenant) {
    lineup.add(message, new Lineup.Place(tenant, priority, now++));
  }

  private String poll(int count) {
    StringBuilder polled = new StringBuilder();
    for (int i = 0; i < count; i++) {
      polled.append(lineup.poll());
    }
    return polled.toString();
  }

  @Test
  void messages_of_one_priority_come_as_they_came() {
    for (char c = 'a'; c <= 'h'; c++) {
      add(String.valueOf(c), 4);
    }

    assertThat(poll(8)).isEqualTo("abcdefgh");
    assertThat(lineup.poll()).isNull();
  }

  @Test
  void a_higher_priority_comes_first() {
    add("c", 0);
    add("b", 4);
    add("a", 9);

    assertThat(poll(3)).isEqualTo("abc");
  }

  @Test
  void waiting_counts_as_priority() {
    add("b", 3);
    now += STEP - 2;
    add("a", 4);
    now += STEP;
    add("c", 4);

    assertThat(poll(3)).isEqualTo("abc");
  }

  @Test
  void the_lowest_priority_comes_after_nine_steps_however_much_of_the_highest_arrives() {
    add("low", 0);
    int overtook = 0;
    long came = now;
    String next = "";
    while (!next.equals("low")) {
      add("high", 9);
      now += STEP / 10;
      next = String.valueOf(lineup.poll());
      overtook++;
    }

    assertThat(now - came).isBetween(9 * STEP, 9 * STEP + STEP / 5);
    assertThat(overtook).isEqualTo(91);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void nobody_is_overtaken_by_what_came_too_much_later(long seed) {
    Random random = new Random(seed);
    Lineup<Lineup.Place> places = new Lineup<>(Choice.defaults().ageing(AGEING));
    List<Lineup.Place> waiting = new ArrayList<>();
    for (int step = 0; step < 3_000; step++) {
      now += random.nextLong(STEP / 2);
      if (waiting.isEmpty() || random.nextInt(100) < 51) {
        Lineup.Place place = new Lineup.Place("", random.nextInt(10), now);
        waiting.add(place);
        places.add(place, place);
      } else {
        Lineup.Place next = Objects.requireNonNull(places.poll());
        assertThat(waiting.remove(next)).isTrue();
        assertThat(waiting)
            .as("seed %d, step %d", seed, step)
            .allMatch(
                other -> next.came() - other.came() <= (next.priority() - other.priority()) * STEP);
      }
    }
    assertThat(places.size()).isEqualTo(waiting.size());
  }

  @Test
  void one_that_comes_back_has_the_place_it_had() {
    Lineup.Place place = new Lineup.Place("", 4, now++);
    lineup.add("a", place);
    add("b", 4);
    lineup.poll();

    lineup.add("a", place);

    assertThat(poll(2)).isEqualTo("ab");
  }

  @Test
  void tenants_come_in_turn() {
    for (int i = 0; i < 100; i++) {
      add("a", 9, "loud");
    }
    add("b", 0, "quiet");
    add("c", 0, "calm");

    assertThat(poll(6)).isEqualTo("abcaaa");
  }

  @Test
  void a_tenant_has_as_many_in_a_row_as_its_weight() {
    lineup = new Lineup<>(Choice.defaults().weight("gold", 3).weight("silver", 2));
    for (int i = 0; i < 20; i++) {
      add("g", 4, "gold");
      add("s", 4, "silver");
      add("o", 4, "other");
    }

    assertThat(poll(12)).isEqualTo("gggssogggsso");
  }

  @Test
  void a_tenant_that_was_not_here_has_saved_nothing_up() {
    lineup = new Lineup<>(Choice.defaults().weight("gold", 3));
    add("g", 4, "gold");
    add("a", 4, "other");
    add("a", 4, "other");
    assertThat(poll(2)).isEqualTo("ga");
    for (int i = 0; i < 9; i++) {
      add("g", 4, "gold");
      add("a", 4, "other");
    }

    assertThat(poll(9)).isEqualTo("agggaggga");
  }

  @Test
  void priorities_count_among_those_of_one_tenant() {
    add("b", 1, "one");
    add("d", 4, "two");
    add("a", 9, "one");
    add("c", 9, "two");

    assertThat(poll(4)).isEqualTo("acbd");
  }

  @Test
  void all_are_taken_out_in_their_order() {
    add("b", 1);
    add("a", 9);

    assertThat(lineup.takeAll()).containsExactly("a", "b");
    assertThat(lineup.size()).isZero();
    assertThat(lineup.poll()).isNull();
  }

  @Test
  void a_choice_out_of_bounds_is_refused() {
    Choice choice = Choice.defaults();
    assertThatThrownBy(() -> choice.among(-1, 1)).hasMessageContaining("messages");
    assertThatThrownBy(() -> choice.among(1, 0)).hasMessageContaining("bytes");
    assertThatThrownBy(() -> choice.ageing(Duration.ZERO)).hasMessageContaining("ageing");
    assertThatThrownBy(() -> choice.weight("a", 0)).hasMessageContaining("weight of a");
  }
}
