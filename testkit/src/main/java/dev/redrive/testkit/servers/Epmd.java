// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where Erlang nodes look one another up. A node that finds none would start one that outlives the
 * tests.
 */
final class Epmd implements AutoCloseable {
  private final int port;
  private final Path log;
  private final ServerProcess process;

  /** Starts one on a free port, with a command that begins like this. */
  Epmd(List<String> prefix) {
    port = FreePorts.take(1).get(0);
    try {
      log = Files.createTempFile("redrive-epmd", ".log");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            "epmd",
            "-port",
            Integer.toString(port),
            "-address",
            "127.0.0.1",
            "-relaxed_command_check"));
    process = ServerProcess.start(command, log);
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.kill();
    try {
      Files.deleteIfExists(log);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
