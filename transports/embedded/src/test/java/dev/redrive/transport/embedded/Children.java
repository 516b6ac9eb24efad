// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts processes that run a program of the tests. */
final class Children {
  private Children() {}

  static Process start(Class<?> program, String... arguments) throws IOException {
    return start(List.of(), List.of("-Xmx128m"), program, arguments);
  }

  /**
   * Starts a process.
   *
   * @param wrapper a command before Java's, such as a tracer's
   * @param options for the virtual machine
   */
  static Process start(
      List<String> wrapper, List<String> options, Class<?> program, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    File output = File.createTempFile("child", ".out");
    output.deleteOnExit();
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
  }
}
