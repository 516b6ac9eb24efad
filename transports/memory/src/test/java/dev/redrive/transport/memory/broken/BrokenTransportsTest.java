// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Who guards the guards: for each rule there is a transport that breaks it, and the contract
 * notices, in that rule and in no other one that it does not name.
 */
class BrokenTransportsTest {

  @Test
  void sound_transport_breaks_no_rule() {
    Outcome outcome = run(Flaw::new);

    assertThat(outcome.failed()).isEmpty();
  }

  @Test
  void each_rule_has_a_transport_that_breaks_it() {
    List<String> broken = Defects.all().stream().map(Defect::rule).toList();

    assertThat(broken).containsExactlyInAnyOrderElementsOf(run(Flaw::new).all());
  }

  @TestFactory
  Stream<DynamicTest> the_contract_notices() {
    return tests(Defects.all());
  }

  @TestFactory
  Stream<DynamicTest> the_contract_notices_what_should_have_been_refused() {
    return tests(SilentFlaws.all());
  }

  private static Stream<DynamicTest> tests(List<Defect> defects) {
    return defects.stream()
        .map(
            defect ->
                dynamicTest(
                    defect.rule() + " of a transport that " + defect.what(), () -> check(defect)));
  }

  private static void check(Defect defect) {
    Outcome outcome = run(defect.flaw());

    assertThat(outcome.failed()).as("the rule that is broken").contains(defect.rule());
    Set<String> others = new TreeSet<>(outcome.failed());
    others.remove(defect.rule());
    others.removeAll(defect.also());
    assertThat(others).as("rules that have nothing to do with it").isEmpty();
  }

  private record Outcome(Set<String> all, Set<String> failed) implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest()) {
        String rule = test.getDisplayName().substring(0, test.getDisplayName().indexOf(' '));
        all.add(rule);
        if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
          failed.add(rule);
        }
      }
    }
  }

  private static Outcome run(Supplier<Flaw> flaw) {
    Outcome outcome = new Outcome(new TreeSet<>(), new TreeSet<>());
    Launcher launcher = LauncherFactory.create();
    BrokenTransportContract.take(flaw);
    try {
      launcher.execute(
          LauncherDiscoveryRequestBuilder.request()
              .selectors(DiscoverySelectors.selectClass(BrokenTransportContract.class))
              .build(),
          outcome);
    } finally {
      BrokenTransportContract.putBack();
    }
    return outcome;
  }
}
