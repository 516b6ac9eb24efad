// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.resilience4j;

import dev.redrive.gate.Breaker;
import dev.redrive.testkit.BreakerContract;

class Resilience4jBreakerContractTest extends BreakerContract {
  @Override
  protected Breaker breaker() {
    return Resilience4jBreakers.builder()
        .window(10)
        .minimumCalls(10)
        .openFor(openFor())
        .build()
        .create("psp", time());
  }

  @Override
  protected int canaries() {
    return 3;
  }
}
