// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.screen.Terminal;
import dev.redrive.cli.screen.Ttys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** Runs commands in this process, and keeps what they print. */
final class Shell {
  private final Map<String, String> env = new HashMap<>();
  private byte[] input = new byte[0];
  private Ttys ttys = Ttys.NONE;

  /** What came of a command. */
  record Result(int code, String out, String err) {}

  Shell() {
    env.put("PATH", System.getenv("PATH"));
  }

  Shell env(String name, String value) {
    env.put(name, value);
    return this;
  }

  Shell input(String text) {
    this.input = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /** Everything is a terminal. */
  Shell onTerminal() {
    this.ttys = new Ttys(true, true, true, 100);
    return this;
  }

  Result run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            env,
            ttys,
            Clock.systemUTC());
    int code = Main.run(terminal, args);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
