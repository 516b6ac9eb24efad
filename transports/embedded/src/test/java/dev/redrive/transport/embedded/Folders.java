// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What tests do to folders. */
final class Folders {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private Folders() {}

  /** Copies a data folder as a process that was killed leaves it: what was written is there. */
  static void copyAsKilled(Path from, Path to) {
    // A kill leaves the files of one moment, so none may change while they are copied.
    Poll.until(
        "the files stand still",
        BOUND,
        () -> {
          try {
            Map<Path, List<Object>> before = state(from);
            copy(from, to);
            if (state(from).equals(before)) {
              return true;
            }
          } catch (NoSuchFileException gone) {
            // The database removed one of its files.
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          delete(to);
          return false;
        });
  }

  private static Map<Path, List<Object>> state(Path folder) throws IOException {
    Map<Path, List<Object>> state = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        state.put(file, List.of(Files.size(file), Files.getLastModifiedTime(file)));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return state;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.sorted().toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.startsWith(from.resolve("native"))) {
          Files.copy(file, target);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Deletes the folder with all that is in it; one that was not made yet is no fault. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The files whose contents matter: not the lock, the library or the database's log for people.
   */
  static List<Path> dataFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(folder.resolve("native")))
          .filter(file -> !file.endsWith("lock") && !file.endsWith("LOCK"))
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("LOG"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
