// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import static dev.redrive.guard.limits.Street.candidate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateTime;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LimitTableTest {
  private static final int MAX = 3;

  private final VirtualTime time = new VirtualTime();
  private int made;
  private final Gate gate = gate();
  private int asked;

  /** Of one a second for each key, and no more than three keys at once. */
  private Gate gate() {
    GateTime clocks = new GateTime(time, time::nanoTime);
    RateLimit limit = RateLimit.perSecond(1).burst(1).perKey();
    return new LimitGate(
        "rate",
        Optional.of(Trait.key()),
        Trait.key(),
        MAX,
        () -> {
          made++;
          return new TokenSupply(limit, clocks.nanos());
        },
        clocks);
  }

  private boolean passes(String key) {
    return gate.ask(candidate("m" + asked++, key, 1)) instanceof Answer.Pass;
  }

  @Test
  void a_key_that_is_as_new_is_forgotten() {
    for (int round = 0; round < 20; round++) {
      assertThat(passes("a" + round)).isTrue();
      assertThat(passes("b" + round)).isTrue();
      time.advance(Duration.ofSeconds(2));
    }

    assertThat(made).isEqualTo(40);
    assertThat(gate.status().detail()).isEmpty();
  }

  @Test
  void a_key_in_use_is_not_forgotten() {
    passes("a");
    passes("b");
    passes("c");

    assertThat(passes("a")).isFalse();
    time.advance(Duration.ofMillis(900));
    passes("d");
    assertThat(passes("a")).isFalse();
  }

  @Test
  void more_keys_than_may_be_share_limits_and_it_is_told() {
    passes("a");
    passes("b");
    passes("c");

    // Far more than there are shared limits: so some meet another's.
    int passed = 0;
    for (int key = 0; key < 1_000; key++) {
      passed += passes("late" + key) ? 1 : 0;
    }

    assertThat(passed).isBetween(30, 64);
    assertThat(gate.status().detail()).contains("more than 3 values at once");
  }

  @Test
  void keys_share_no_more_when_there_is_room_again() {
    passes("a");
    passes("b");
    passes("c");
    passes("d");
    assertThat(gate.status().detail()).contains("share");

    time.advance(Duration.ofSeconds(61));
    passes("e");

    assertThat(gate.status().detail()).doesNotContain("share");
  }
}
