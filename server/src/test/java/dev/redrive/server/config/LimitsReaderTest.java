// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Choice;
import dev.redrive.gate.GateFactory;
import dev.redrive.guard.limits.ConcurrencyLimit;
import dev.redrive.guard.limits.DeadLetterAdmission;
import dev.redrive.guard.limits.RateLimit;
import dev.redrive.guard.limits.RetryBudget;
import dev.redrive.server.json.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsReaderTest {
  private static List<GateFactory> read(Map<String, ?> settings) {
    Fields fields = Fields.of(settings);
    List<GateFactory> gates = LimitsReader.read(fields);
    assertThat(fields.problems()).isEmpty();
    return gates;
  }

  private static List<String> problems(Map<String, ?> settings) {
    Fields fields = Fields.of(settings);
    LimitsReader.read(fields);
    return fields.problems();
  }

  @Test
  void nothing_said_limits_nothing() {
    assertThat(read(Map.of())).isEmpty();
  }

  @Test
  void limits_of_the_queue_and_of_each_key_and_tenant() {
    List<GateFactory> gates =
        read(
            Map.of(
                "rate",
                "200/s",
                "burst",
                50,
                "concurrency",
                20,
                "fairBy",
                "tenant",
                "perKey",
                Map.of("rate", "10/m", "concurrency", 2),
                "perHeader",
                Map.of("tenant", Map.of("rate", "5/10s"))));

    assertThat(gates)
        .containsExactly(
            ConcurrencyLimit.of(20).fairByHeader("tenant"),
            ConcurrencyLimit.of(2).perKey(),
            RateLimit.perSecond(200).burst(50).fairByHeader("tenant"),
            RateLimit.per(10, Duration.ofMinutes(1)).perKey(),
            RateLimit.per(5, Duration.ofSeconds(10)).perHeader("tenant"));
  }

  @Test
  void budget_and_admission_have_their_defaults() {
    assertThat(read(Map.of("retryBudget", Map.of(), "deadLetterAdmission", Map.of())))
        .containsExactly(DeadLetterAdmission.defaults(), RetryBudget.defaults());
  }

  @Test
  void budget_and_admission_as_they_are_written() {
    Map<String, ?> budget = Map.of("share", "12.5%", "perSecond", 3);
    Map<String, ?> admission = Map.of("share", "80%", "minimum", 100, "window", "5m", "hold", "2m");

    assertThat(read(Map.of("retryBudget", budget, "deadLetterAdmission", admission)))
        .containsExactly(
            DeadLetterAdmission.of(0.8, 100)
                .within(Duration.ofMinutes(5))
                .heldFor(Duration.ofMinutes(2)),
            RetryBudget.of(0.125, 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rate | fast | must be a number and a time",
        "rate | 0/s | amount",
        "rate | 5/ | 5/",
        "rate | 5/year | year",
        "burst | 5 | must be a whole number",
        "rat | 5/s | did you mean `rate`?",
      })
  void a_mistake_is_explained(String field, String value, String explanation) {
    assertThat(problems(Map.of(field, value)).toString()).contains(explanation);
  }

  @Test
  void mistakes_within_name_their_place() {
    assertThat(problems(Map.of("perKey", Map.of("burst", 5))))
        .containsExactly("perKey.burst needs a `rate`");
    assertThat(problems(Map.of("retryBudget", Map.of("share", "much"))).toString())
        .contains("retryBudget.share must be a percentage");
    assertThat(problems(Map.of("deadLetterAdmission", Map.of("share", "0%"))).toString())
        .contains("deadLetterAdmission: the share must be more than 0");
  }

  @Test
  void a_choice_as_it_is_written() {
    Fields fields =
        Fields.of(
            Map.of(
                "messages",
                500,
                "bytes",
                "8MiB",
                "ageing",
                "30s",
                "fairBy",
                "tenant",
                "weights",
                Map.of("gold", 3)));

    assertThat(ChoiceReader.read(fields))
        .isEqualTo(
            Choice.defaults()
                .among(500, 8 << 20)
                .ageing(Duration.ofSeconds(30))
                .fairByHeader("tenant")
                .weight("gold", 3));
    assertThat(fields.problems()).isEmpty();
    assertThat(ChoiceReader.read(Fields.of(Map.of("fairBy", "key"))))
        .isEqualTo(Choice.defaults().fairByKey());
  }

  @Test
  void mistakes_of_a_choice_are_told() {
    Fields fields = Fields.of(Map.of("messages", 0, "weights", Map.of("gold", "much"), "age", 1));

    ChoiceReader.read(fields);

    assertThat(fields.problems().toString()).contains("messages", "weights.gold", "ageing");
  }

  @Test
  void weights_without_tenants_are_a_mistake() {
    Fields fields = Fields.of(Map.of("weights", Map.of("gold", 3)));

    ChoiceReader.read(fields);

    assertThat(fields.problems().toString()).contains("weights need `fairBy`");
  }
}
