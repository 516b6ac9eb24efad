// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Sentinel does to a process that only uses its breakers, beside that: nothing. */
class FootprintTest {
  @TempDir Path home;

  @Test
  void it_writes_no_files_and_starts_no_thread() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                Footprint.class.getName())
            .directory(home.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).endsWith("CLOSED\n").contains("main");
    assertThat(said).doesNotContainIgnoringCase("sentinel-");
    try (Stream<Path> files = Files.walk(home)) {
      assertThat(files.toList()).isEqualTo(List.of(home));
    }
  }
}
