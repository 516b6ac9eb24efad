// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The specification and the contract have the same rules. */
class SpecificationTest {
  private static final Path SPECIFICATION = Path.of("docs", "spec", "transport.md");
  private static final String PROMISES = "## Which rules keep which promise";

  private static String specification() throws IOException {
    Optional<Path> folder = Optional.of(Path.of("").toAbsolutePath());
    while (folder.isPresent() && !Files.exists(folder.get().resolve(SPECIFICATION))) {
      folder = Optional.ofNullable(folder.get().getParent());
    }
    return Files.readString(folder.orElseThrow().resolve(SPECIFICATION));
  }

  private static List<String> matches(String regex, String text) {
    return Pattern.compile(regex).matcher(text).results().map(MatchResult::group).toList();
  }

  private static List<String> rulesOfTheContract() {
    return Arrays.stream(TransportContract.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .map(SpecificationTest::rule)
        .toList();
  }

  private static String rule(Method test) {
    DisplayName name = test.getAnnotation(DisplayName.class);
    assertThat(name).as("the rule of %s", test).isNotNull();
    return name.value().substring(0, name.value().indexOf(' '));
  }

  @Test
  void rules_are_numbered_without_gaps_and_tested_once_each() {
    List<String> rules = rulesOfTheContract();

    assertThat(rules)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, rules.size()).mapToObj(number -> "T-" + number).toList());
  }

  @Test
  void each_rule_is_written_down_once() throws IOException {
    List<String> written =
        matches("(?m)^\\* \\*\\*T-\\d+\\*\\*", specification()).stream()
            .map(bullet -> bullet.replaceAll("[* ]", ""))
            .toList();

    assertThat(written).containsExactlyInAnyOrderElementsOf(rulesOfTheContract());
  }

  @Test
  void each_rule_keeps_a_promise_and_each_promise_is_kept() throws IOException {
    String promises = specification().split(PROMISES, -1)[1];

    Set<String> kept = new TreeSet<>(matches("T-\\d+", promises));
    assertThat(kept).containsExactlyInAnyOrderElementsOf(rulesOfTheContract());
    assertThat(matches("(?m)^\\| P\\d+ ", promises).stream().map(String::trim))
        .isEqualTo(
            IntStream.rangeClosed(1, 10)
                .mapToObj(number -> "| P" + number)
                .collect(Collectors.toList()));
  }
}
