// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateTime;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A program that takes a breaker through all its states, and names the threads it has then. */
final class Footprint {
  private static final Duration TOOK = Duration.ofMillis(1);

  private Footprint() {}

  public static void main(String[] arguments) {
    VirtualTime time = new VirtualTime();
    Breaker breaker =
        SentinelBreakers.builder()
            .failures(1)
            .build()
            .create("psp", new GateTime(time, time::nanoTime));
    pass(breaker).permit().failed(new IOException("planned"), TOOK);
    time.advance(Duration.ofSeconds(5));
    pass(breaker).permit().succeeded(TOOK);
    breaker.status();
    Thread.getAllStackTraces().keySet().forEach(each -> System.out.println(each.getName()));
    System.out.println(breaker.state());
  }

  private static Answer.Pass pass(Breaker breaker) {
    return (Answer.Pass) breaker.ask(new Candidate("orders", "a", Optional.empty(), 1, Map.of()));
  }
}
