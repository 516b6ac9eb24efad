// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import dev.redrive.cli.http.Lease;
import dev.redrive.cli.screen.Terminal;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The command that processes messages: a message's payload goes to its standard input, the rest of
 * it into its environment.
 *
 * @param words the program and its arguments
 * @param timeout after which it is killed
 * @param terminal where its standard error goes, and who tells the time
 * @param output where its standard output goes
 * @param threads run what copies its input and output
 */
public record CommandSpec(
    List<String> words, Duration timeout, Terminal terminal, PrintStream output, Executor threads) {

  /** Copies the words. */
  public CommandSpec {
    words = List.copyOf(words);
  }

  /** True if the program can be found, so that no message is leased for one that cannot. */
  public boolean isFound() {
    String program = words.get(0);
    if (program.contains(File.separator)) {
      return Files.isExecutable(Path.of(program)) && !Files.isDirectory(Path.of(program));
    }
    for (String folder : terminal.env().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return true;
      }
    }
    return File.separatorChar == '\\';
  }

  /**
   * Starts it for a message.
   *
   * @throws IOException if the system cannot start it
   */
  Running start(Lease lease) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words);
    describe(lease, builder.environment());
    return new Running(builder.start(), this, lease.body());
  }

  private static void describe(Lease lease, Map<String, String> env) {
    env.put("REDRIVE_ID", clean(lease.id()));
    env.put("REDRIVE_QUEUE", clean(lease.queue()));
    env.put("REDRIVE_ATTEMPT", Integer.toString(lease.attempt()));
    env.put("REDRIVE_FIRST_SEEN", clean(lease.firstSeen()));
    lease.key().ifPresent(key -> env.put("REDRIVE_KEY", clean(key)));
    lease.deadline().ifPresent(deadline -> env.put("REDRIVE_DEADLINE", clean(deadline)));
    lease.requestId().ifPresent(id -> env.put("REDRIVE_REQUEST_ID", clean(id)));
    lease.headers().forEach((name, value) -> env.put(variable(name), clean(value)));
  }

  private static String variable(String header) {
    return "REDRIVE_HEADER_" + header.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  // The system ends a variable at a NUL, and Java refuses one that has it.
  private static String clean(String value) {
    return value.replace("\0", "");
  }
}
