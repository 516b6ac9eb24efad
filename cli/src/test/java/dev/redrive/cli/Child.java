// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.testkit.Poll;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The command line in a process of its own. */
final class Child implements AutoCloseable {
  private static final long END_SECONDS_MAX = 120;

  private final Process process;
  private final BufferedReader out;
  private final Path err;

  Child(Path folder, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                "dev.redrive.cli.Main"));
    command.addAll(List.of(args));
    this.err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("REDRIVE_"));
    this.process = builder.start();
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(java.io.File.pathSeparator, -1)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(java.io.File.pathSeparator, entries);
  }

  /** The next line of standard output that contains this. */
  String lineWith(String part) throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.contains(part)) {
        return line;
      }
    }
    throw new AssertionError("no line with '" + part + "'; standard error: " + errors());
  }

  /** Waits until a whole line with this is on standard error; the answer is all that is there. */
  String awaitError(String part) throws IOException {
    Pattern line = Pattern.compile(Pattern.quote(part) + ".*\\R");
    Poll.until(
        part,
        Duration.ofSeconds(END_SECONDS_MAX),
        () -> {
          try {
            return line.matcher(errors()).find();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return errors();
  }

  /** What came on standard error so far. */
  String errors() throws IOException {
    return Files.readString(err);
  }

  /** Asks it to stop, as a supervisor does. */
  void terminate() {
    process.destroy();
  }

  /** Kills it, as a power cut does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
      throw new AssertionError("it did not end within " + END_SECONDS_MAX + " s");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
