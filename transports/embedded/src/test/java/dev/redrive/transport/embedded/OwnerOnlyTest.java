// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.OutMessage;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerOnlyTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  @TempDir private Path root;

  private Path folder() {
    return root.resolve("data");
  }

  @Test
  void all_files_are_the_owners_alone_and_those_that_another_release_made_become_so()
      throws IOException {
    try (Desk desk = Desk.open(folder())) {
      desk.send("m");
      assertOwners();
    }
    assertOwners();
    for (Path file : Folders.dataFiles(folder().resolve("db"))) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
    try (Desk desk = Desk.open(folder())) {
      desk.send("n");
      assertOwners();
    }
  }

  @Test
  void files_that_are_made_while_it_runs_are_the_owners_alone() throws IOException {
    try (Desk desk = Desk.open(folder())) {
      Set<Path> before = files();

      // More than is kept in memory, half of it in values that get files of their own.
      for (int i = 0; i < 24; i++) {
        desk.send(large(desk, "large-" + i, 2 << 20));
        desk.send(large(desk, "small-" + i, 3_000));
      }
      Poll.until(
          "new files of each kind", BOUND, () -> kinds(before).containsAll(Set.of("log", "sst")));

      assertOwners();
    }
  }

  /** The store is told of a file when it is there, so it may be open for a moment. */
  private void assertOwners() {
    try {
      Poll.until("all are the owner's", BOUND, () -> open().isEmpty());
    } catch (AssertionError e) {
      throw new AssertionError("open to others: " + open(), e);
    }
  }

  private static OutMessage large(Desk desk, String id, int bytes) {
    OutMessage small = desk.message(id, Duration.ZERO);
    return new OutMessage(id, false, "", small.notBefore(), small.headers(), new byte[bytes]);
  }

  /** The endings of the files that were not there before. */
  private Set<String> kinds(Set<Path> before) {
    Set<String> kinds = new TreeSet<>();
    for (Path file : files()) {
      if (!before.contains(file)) {
        String name = String.valueOf(file.getFileName());
        kinds.add(name.substring(name.lastIndexOf('.') + 1));
      }
    }
    return kinds;
  }

  private Set<Path> files() {
    try (Stream<Path> files = Files.walk(folder())) {
      return new TreeSet<>(files.filter(Files::isRegularFile).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What others may read, and how; folders too. */
  private Map<Path, String> open() {
    Map<Path, String> open = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder())) {
      for (Path file : files.toList()) {
        String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        if (!permissions.equals(Files.isDirectory(file) ? "rwx------" : "rw-------")) {
          open.put(file, permissions);
        }
      }
    } catch (IOException e) {
      // A file may go while the folder is walked.
      open.put(folder(), e.toString());
    } catch (UncheckedIOException e) {
      open.put(folder(), e.toString());
    }
    return open;
  }
}
