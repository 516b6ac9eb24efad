// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BudgetTest {
  private final Budget budget = new Budget(10);

  @Test
  void no_more_is_taken_than_there_is() {
    assertThat(budget.take(6)).isTrue();
    assertThat(budget.take(5)).isFalse();
    assertThat(budget.take(4)).isTrue();
    assertThat(budget.take(1)).isFalse();
  }

  @Test
  void what_is_given_back_can_be_taken_again() {
    budget.take(10);
    budget.give(3);

    assertThat(budget.take(4)).isFalse();
    assertThat(budget.take(3)).isTrue();
  }
}
