// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import dev.redrive.gate.Breaker;
import dev.redrive.testkit.BreakerContract;

class SentinelBreakerContractTest extends BreakerContract {
  @Override
  protected Breaker breaker() {
    return SentinelBreakers.builder().openFor(openFor()).build().create("psp", time());
  }

  @Override
  protected int canaries() {
    return 1;
  }
}
