// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirTest {
  @TempDir Path folder;

  @BeforeEach
  void letNobodyElseIn() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void a_file_is_replaced_as_a_whole() throws IOException {
    DataDir data = DataDir.open(folder.resolve("a/b"));
    assertThat(data.read("x.json")).isEmpty();

    data.write("x.json", "a long text".getBytes(StandardCharsets.UTF_8));
    data.write("x.json", "short".getBytes(StandardCharsets.UTF_8));

    assertThat(data.path("x.json")).hasContent("short");
    assertThat(data.read("x.json")).get().isEqualTo("short".getBytes(StandardCharsets.UTF_8));
    try (Stream<Path> files = Files.list(folder.resolve("a/b"))) {
      assertThat(files.map(Path::getFileName).map(Path::toString).toList())
          .isEqualTo(List.of("x.json"));
    }
  }

  @Test
  void what_a_crash_left_over_is_no_hindrance() throws IOException {
    DataDir data = DataDir.open(folder);
    Files.writeString(folder.resolve("x.json.new"), "half a te");

    data.write("x.json", "whole".getBytes(StandardCharsets.UTF_8));

    assertThat(folder.resolve("x.json")).hasContent("whole");
    assertThat(Files.getPosixFilePermissions(folder.resolve("x.json")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }
}
