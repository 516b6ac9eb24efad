// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfirmWindowTest {
  private final ConfirmWindow window = new ConfirmWindow();

  @Test
  void window_doubles_with_a_round_of_confirms_while_messages_wait_for_it() {
    window.confirmed(ConfirmWindow.FIRST, true);
    assertThat(window.size()).isEqualTo(2 * ConfirmWindow.FIRST);

    window.confirmed(1_000, false);
    assertThat(window.size()).isEqualTo(2 * ConfirmWindow.FIRST);
  }

  @Test
  void window_stays_within_its_bounds() {
    window.confirmed(1_000_000, true);
    assertThat(window.size()).isEqualTo(ConfirmWindow.MOST);

    for (int i = 0; i < 20; i++) {
      window.shrink();
    }
    assertThat(window.size()).isEqualTo(ConfirmWindow.LEAST);
  }
}
