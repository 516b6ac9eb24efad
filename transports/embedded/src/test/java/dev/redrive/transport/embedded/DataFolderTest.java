// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir private Path root;

  @Test
  void new_folder_and_all_in_it_are_the_owners_alone() throws IOException {
    Path path = root.resolve("made/with/parents");

    try (DataFolder folder = DataFolder.open(path);
        Store store = Store.open(folder)) {
      store.flush();
      store.tellWitness();
      assertThat(permissions(path)).isEqualTo("rwx------");
      assertThat(permissions(folder.database())).isEqualTo("rwx------");
      assertThat(permissions(folder.nativeLibrary())).isEqualTo("rwx------");
      for (String name : List.of("lock", "format")) {
        assertThat(permissions(path.resolve(name))).as(name).isEqualTo("rw-------");
      }
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void folder_in_use_is_refused_with_its_name_and_its_owner() {
    Path path = root.resolve("data");

    try (DataFolder folder = DataFolder.open(path)) {
      assertThatThrownBy(() -> DataFolder.open(path))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining(folder.path().toString())
          .hasMessageContaining("in use");
      assertThat(path.resolve("lock")).content().contains("" + ProcessHandle.current().pid());
    }

    DataFolder.open(path).close();
  }

  @Test
  void symbolic_link_is_refused() throws IOException {
    Path link = root.resolve("link");
    Files.createSymbolicLink(link, Files.createDirectory(root.resolve("target")));

    assertRefused(link, "symbolic link");
  }

  @Test
  void folder_that_others_can_write_is_refused() throws IOException {
    Path path = Files.createDirectory(root.resolve("open"));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertRefused(path, "chmod 700");

    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    DataFolder.open(path).close();
  }

  @Test
  void file_and_folder_of_something_else_are_refused() throws IOException {
    Path file = Files.createFile(root.resolve("file"));
    Path home = Files.createDirectory(root.resolve("home"));
    Files.createDirectory(home.resolve("db"));

    assertRefused(file, "is a file");
    assertRefused(home, "somebody else's");
    assertThat(home.resolve("lock")).doesNotExist();
  }

  @Test
  void other_files_in_the_folder_are_left_alone() throws IOException {
    Path path = Files.createDirectory(root.resolve("data"));
    Files.writeString(path.resolve("keys.json"), "{}");

    DataFolder.open(path).close();

    assertThat(path.resolve("keys.json")).content().isEqualTo("{}");
  }

  @Test
  void later_format_is_refused_and_nothing_is_touched() throws IOException {
    Path path = root.resolve("data");
    try (DataFolder folder = DataFolder.open(path);
        Store store = Store.open(folder)) {
      store.flush();
    }
    Files.writeString(path.resolve("format"), "redrive-embedded 3\n");
    Map<Path, byte[]> before = contents(path);

    assertRefused(path, "later release");

    assertThat(contents(path)).usingRecursiveComparison().isEqualTo(before);
  }

  @Test
  void damaged_or_missing_format_is_refused() throws IOException {
    Path path = root.resolve("data");
    try (DataFolder folder = DataFolder.open(path);
        Store store = Store.open(folder)) {
      store.flush();
    }
    Files.writeString(path.resolve("format"), "redrive-embeddfd 1\n");

    assertRefused(path, "damaged");

    Files.delete(path.resolve("format"));
    assertRefused(path, "is missing");
  }

  @Test
  void folder_whose_creation_was_cut_off_is_used() throws IOException {
    Path path = Files.createDirectory(root.resolve("data"));
    Files.createFile(path.resolve("lock"));
    Files.createFile(path.resolve("format.new"));

    DataFolder.open(path).close();

    assertThat(path.resolve("format")).content().isEqualTo("redrive-embedded 2\n");
  }

  @Test
  void library_of_a_killed_process_is_cleared_away() throws IOException {
    Path path = root.resolve("data");
    DataFolder.open(path).close();
    Path leftover = Files.createFile(path.resolve("native/librocksdbjni-old.so"));

    try (DataFolder folder = DataFolder.open(path);
        Store store = Store.open(folder)) {
      store.flush();
      assertThat(leftover).doesNotExist();
    }
  }

  private static void assertRefused(Path path, String why) {
    assertThatThrownBy(() -> DataFolder.open(path))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(why);
  }

  private static Map<Path, byte[]> contents(Path folder) throws IOException {
    Map<Path, byte[]> contents = new TreeMap<>();
    List<Path> files = new ArrayList<>(Folders.dataFiles(folder));
    for (Path file : files) {
      contents.put(file, Files.readAllBytes(file));
    }
    return contents;
  }
}
