// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.InvalidOptionsException;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.GateTime;
import dev.redrive.guard.resilience4j.Resilience4jBreakers;
import dev.redrive.guard.sentinel.SentinelBreakers;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BreakersConfigTest {
  private static BreakersConfig parse(String text) {
    return ConfigFile.parse("redrive.yaml", "breakers: " + text, Map.of()).breakers();
  }

  private static List<String> problems(String text) {
    try {
      parse(text);
      throw new AssertionError("was accepted: " + text);
    } catch (InvalidOptionsException e) {
      return e.problems();
    }
  }

  private static Duration seconds(int count) {
    return Duration.ofSeconds(count);
  }

  @Test
  void unless_said_otherwise_they_are_resilience4js() {
    assertThat(parse("{}").general()).isEqualTo(Resilience4jBreakers.builder().build());
    assertThat(
            parse(
                    "{ kind: resilience4j, failurePercent: 20, minimumCalls: 4, openFor: 2s,"
                        + " openForMax: 9s, window: 8, canaries: 2 }")
                .general())
        .isEqualTo(
            Resilience4jBreakers.builder()
                .failureRate(0.2)
                .minimumCalls(4)
                .openFor(seconds(2))
                .openForMax(seconds(9))
                .window(8)
                .canaries(2)
                .build());
  }

  @Test
  void they_can_be_sentinels() {
    assertThat(parse("{ kind: sentinel }").general()).isEqualTo(SentinelBreakers.builder().build());
    assertThat(
            parse(
                    "{ kind: sentinel, failures: 7, minimumCalls: 4, openFor: 2s, openForMax: 9s,"
                        + " interval: 1m, slowCall: 3s, slowPercent: 80 }")
                .general())
        .isEqualTo(
            SentinelBreakers.builder()
                .failures(7)
                .minimumCalls(4)
                .openFor(seconds(2))
                .openForMax(seconds(9))
                .interval(seconds(60))
                .slowCall(seconds(3))
                .slowRate(0.8)
                .build());
  }

  @Test
  void what_one_dependency_does_not_say_is_as_for_all() {
    BreakersConfig config =
        parse(
            "{ openFor: 2s, window: 40, dependencies: { psp: { openFor: 9s },"
                + " mail: { kind: sentinel, failures: 3 } } }");

    assertThat(config.general())
        .isEqualTo(Resilience4jBreakers.builder().openFor(seconds(2)).window(40).build());
    assertThat(config.named())
        .isEqualTo(
            Map.of(
                "psp",
                Resilience4jBreakers.builder().openFor(seconds(9)).window(40).build(),
                "mail",
                SentinelBreakers.builder().openFor(seconds(2)).failures(3).build()));
  }

  @Test
  void what_all_are_can_be_left_by_one() {
    BreakersConfig config =
        parse(
            "{ kind: sentinel, failures: 3, dependencies: { psp: { failurePercent: 20 },"
                + " mail: { kind: resilience4j, canaries: 1 } } }");

    assertThat(config.named())
        .isEqualTo(
            Map.of(
                "psp",
                SentinelBreakers.builder().failureRate(0.2).build(),
                "mail",
                Resilience4jBreakers.builder().canaries(1).build()));
  }

  @Test
  void each_dependency_has_its_own() {
    VirtualTime time = new VirtualTime();
    GateTime given = new GateTime(time, time::nanoTime);
    BreakersConfig config = parse("{ dependencies: { psp: { kind: sentinel } } }");

    Breaker psp = config.factory().create("psp", given);
    Breaker mail = config.factory().create("mail", given);

    assertThat(psp.getClass().getPackage()).isEqualTo(SentinelBreakers.class.getPackage());
    assertThat(mail.getClass().getPackage()).isEqualTo(Resilience4jBreakers.class.getPackage());
    assertThat(psp.name()).isEqualTo("breaker psp");
  }

  @Test
  void what_the_other_kind_knows_is_unknown_to_this_one() {
    assertThat(problems("{ interval: 10s }")).singleElement().asString().contains("interval");
    assertThat(problems("{ kind: sentinel, window: 20, dependencies: { psp: { canaries: 3 } } }"))
        .satisfiesExactlyInAnyOrder(
            each -> assertThat(each).startsWith("breakers.window is unknown"),
            each -> assertThat(each).startsWith("breakers.dependencies.psp.canaries is unknown"));
  }

  @Test
  void mistakes_of_one_dependency_are_told_at_its_place() {
    assertThat(problems("{ kind: hystrix }"))
        .singleElement()
        .asString()
        .contains("breakers.kind", "`resilience4j` or `sentinel`");
    assertThat(problems("{ kind: sentinel, failures: 3, failurePercent: 20 }"))
        .singleElement()
        .asString()
        .contains("breakers.failures", "leave one of them out");
    assertThat(problems("{ dependencies: { psp: { openFor: 1m } } }"))
        .singleElement()
        .asString()
        .startsWith("breakers.dependencies.psp")
        .contains("openForMax");
  }
}
