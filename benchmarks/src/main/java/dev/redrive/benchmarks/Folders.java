// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that lasts as long as a measurement. */
final class Folders implements AutoCloseable {
  private final Path path;

  Folders() throws IOException {
    // Beside the build, not in /tmp, which may be in memory: the disk is part of what is measured.
    Path parent = Files.createDirectories(Path.of("benchmarks/target/data"));
    path = Files.createTempDirectory(parent, "run").toAbsolutePath();
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> walk = Files.walk(path)) {
      List<Path> all = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
    }
  }
}
