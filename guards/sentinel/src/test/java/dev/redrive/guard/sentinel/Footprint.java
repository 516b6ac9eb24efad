// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateTime;
import dev.redrive.testkit.VirtualTime;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A program that takes a breaker through all its states, and names the threads it has then. */
final class Footprint {
  private static final Duration TOOK = Duration.ofMillis(1);

  // Not closed: it is standard output.
  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

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
    Thread.getAllStackTraces().keySet().forEach(each -> say(each.getName()));
    say(breaker.state().name());
  }

  private static void say(String line) {
    try {
      OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private static Answer.Pass pass(Breaker breaker) {
    return (Answer.Pass) breaker.ask(new Candidate("orders", "a", Optional.empty(), 1, Map.of()));
  }
}
