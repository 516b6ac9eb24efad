// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The temporary folder of a server. */
final class ServerFolder {
  private ServerFolder() {}

  /** Makes one whose name begins like this. */
  static Path create(String name) {
    try {
      return Files.createTempDirectory(name);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Removes it and all that is in it, if it is there. Its server must have ended. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
