// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PollTest {

  @Test
  void waits_until_the_condition_holds() {
    AtomicInteger looks = new AtomicInteger();

    Poll.until("the third look", Duration.ofMinutes(1), () -> looks.incrementAndGet() == 3);

    assertThat(looks).hasValue(3);
  }

  @Test
  void says_what_it_waited_for_in_vain() {
    assertThatThrownBy(() -> Poll.until("the end of the world", Duration.ZERO, () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the end of the world");
  }
}
