// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.redrive.idempotency.IdempotencyStore;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
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

/** Who guards the guards: for each rule there is a store that breaks it, and the rule notices. */
class BrokenStoresTest {

  @Test
  void each_rule_has_a_store_that_breaks_it() {
    Outcome sound = run(UnaryOperator.identity());

    assertThat(sound.failed()).isEmpty();
    assertThat(Flaws.all().keySet()).isEqualTo(sound.all());
  }

  @TestFactory
  Stream<DynamicTest> the_contract_notices() {
    return Flaws.all().entrySet().stream()
        .map(
            flaw ->
                dynamicTest(
                    flaw.getKey(),
                    () -> assertThat(run(flaw.getValue()).failed()).contains(flaw.getKey())));
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

  private static Outcome run(UnaryOperator<IdempotencyStore> flaw) {
    Outcome outcome = new Outcome(new TreeSet<>(), new TreeSet<>());
    Launcher launcher = LauncherFactory.create();
    BrokenStoreContract.take(flaw);
    try {
      launcher.execute(
          LauncherDiscoveryRequestBuilder.request()
              .selectors(DiscoverySelectors.selectClass(BrokenStoreContract.class))
              .build(),
          outcome);
    } finally {
      BrokenStoreContract.putBack();
    }
    return outcome;
  }
}
