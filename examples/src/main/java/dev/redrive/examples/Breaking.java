// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.gate.BreakerFactory;
import dev.redrive.guard.resilience4j.Resilience4jBreakers;
import dev.redrive.guard.sentinel.SentinelBreakers;
import java.time.Duration;

/** Circuit breakers, and others for one dependency. */
final class Breaking {
  private Breaking() {}

  static Redrive open() {
    // snippet: gates-breakers
    BreakerFactory breakers =
        Resilience4jBreakers.builder()
            .build()
            .with("psp", SentinelBreakers.builder().slowCall(Duration.ofSeconds(3)).build());
    // end
    return Engine.builder().transport("memory:").breakers(breakers).open();
  }
}
