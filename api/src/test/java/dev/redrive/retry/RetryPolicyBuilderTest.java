// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryPolicyBuilderTest {

  @Test
  void all_mistakes_are_reported_at_once() {
    RetryPolicyBuilder builder =
        RetryPolicy.builder()
            .attempts(0)
            .backoff(Backoff.fixed(ofSeconds(1)))
            .jitter(Jitter.decorrelated())
            .retryAfterMax(ofSeconds(-1));
    builder.onStatus(99).retry().attempts(10_001).onStatus(500, 400).discard();
    builder.onSqlState("4000?").deadLetter().on(IOException.class).hold("x", ofSeconds(-1));

    assertThat(problems(builder))
        .extracting(PolicyProblem::path)
        .containsExactlyInAnyOrder(
            "attempts",
            "jitter",
            "retryAfterMax",
            "rules[0].status",
            "rules[0].attempts",
            "rules[1].status",
            "rules[2].sqlState",
            "rules[3].time");
  }

  @Test
  void message_lists_the_mistakes() {
    RetryPolicyBuilder builder = RetryPolicy.builder().attempts(0);

    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidPolicyException.class)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the retry policy has a mistake:\n  attempts: 0 is not from 1 to 10000");
  }

  @Test
  void sentence_without_a_verb_is_a_mistake() {
    RetryPolicyBuilder builder = RetryPolicy.builder();
    builder.onStatus(409);

    assertThat(problems(builder))
        .singleElement()
        .asString()
        .contains("the sentence on status 409 has no verb");
  }

  @Test
  void decorrelated_jitter_of_a_rule_is_checked_against_its_backoff() {
    RetryPolicyBuilder policyJitter = RetryPolicy.builder().jitter(Jitter.decorrelated());
    policyJitter.onStatus(503).backoff(Backoff.fixed(ofSeconds(1)));
    RetryPolicyBuilder ruleJitter = RetryPolicy.builder().backoff(Backoff.fixed(ofSeconds(1)));
    ruleJitter.onStatus(503).retry().jitter(Jitter.decorrelated());
    RetryPolicyBuilder right = RetryPolicy.builder().jitter(Jitter.decorrelated());
    right.onStatus(503).backoff(Backoff.fixed(ofSeconds(1))).jitter(Jitter.none());

    assertThat(problems(policyJitter))
        .extracting(PolicyProblem::path)
        .containsExactly("rules[0].jitter");
    assertThat(problems(ruleJitter))
        .extracting(PolicyProblem::path)
        .containsExactly("rules[0].jitter");
    assertThat(right.build().attempts()).isEqualTo(8);
  }

  @Test
  void too_many_rules_are_refused() {
    RetryPolicyBuilder builder = RetryPolicy.builder();
    for (int i = 0; i < 257; i++) {
      builder.onStatus(409).deadLetter();
    }

    assertThat(problems(builder)).extracting(PolicyProblem::path).containsExactly("rules");
  }

  @Test
  void flood_of_mistakes_is_cut() {
    RetryPolicyBuilder builder = RetryPolicy.builder();
    for (int i = 0; i < 1_000; i++) {
      builder.onStatus(1).deadLetter();
    }

    assertThat(problems(builder)).hasSizeBetween(100, 103);
  }

  @Test
  void policies_are_values() {
    RetryPolicy one = RetryPolicy.builder().onStatus(409).deadLetter().build();
    RetryPolicy same = RetryPolicy.builder().onStatus(409).deadLetter().build();

    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(one)
        .isNotEqualTo(RetryPolicy.defaults())
        .isNotEqualTo(RetryPolicy.builder().onStatus(409).discard().build())
        .isNotEqualTo(RetryPolicy.builder().attempts(9).onStatus(409).deadLetter().build())
        .isNotEqualTo(
            RetryPolicy.builder().retryAfterMax(Duration.ZERO).onStatus(409).deadLetter().build());
  }

  @Test
  void builder_that_goes_on_does_not_change_what_it_built() {
    RetryPolicyBuilder builder = RetryPolicy.builder();
    RetryPolicy before = builder.build();
    builder.attempts(3).onStatus(409).deadLetter();

    assertThat(before).isEqualTo(RetryPolicy.defaults());
    assertThat(builder.build().attempts()).isEqualTo(3);
  }

  @Test
  void sentence_goes_on_about_its_own_rule_even_late() {
    RetryPolicyBuilder builder = RetryPolicy.builder();
    RetryRuleBuilder first = builder.onStatus(500).retry();
    builder.onStatus(501).retry();
    first.attempts(2);

    assertThat(builder.build())
        .isEqualTo(RetryPolicy.builder().onStatus(500).attempts(2).onStatus(501).retry().build());
  }

  private static List<PolicyProblem> problems(RetryPolicyBuilder builder) {
    InvalidPolicyException e = catchThrowableOfType(InvalidPolicyException.class, builder::build);
    assertThat(e).isNotNull();
    return e.problems();
  }
}
