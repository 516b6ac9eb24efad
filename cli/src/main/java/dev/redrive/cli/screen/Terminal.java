// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command reads from and writes to. Results go to {@code out}; progress, remarks and errors
 * go to {@code err}, so that results can be piped.
 *
 * @param in what the command reads
 * @param out where results go
 * @param err where everything else goes
 * @param env the environment's variables
 * @param ttys which of the three are terminals
 * @param clock tells the time
 */
public record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> env,
    Ttys ttys,
    Clock clock) {

  /** The variable's value, if it is set and not empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(env.get(name)).filter(value -> !value.isEmpty());
  }

  /** How this program was called, for lines that are to be copied. */
  public String command() {
    return variable("REDRIVE_COMMAND").orElse("redrive");
  }

  /** Colours for {@code out}. */
  public Paint paint() {
    return new Paint(ttys.isOut() && isColourWanted());
  }

  /** Colours for {@code err}. */
  public Paint paintErr() {
    return new Paint(ttys.isErr() && isColourWanted());
  }

  private boolean isColourWanted() {
    return variable("NO_COLOR").isEmpty() && !variable("TERM").orElse("").equals("dumb");
  }

  /** True if a line on {@code err} can be drawn over again. */
  public boolean canRedraw() {
    return ttys.isErr() && !variable("TERM").orElse("").equals("dumb");
  }
}
