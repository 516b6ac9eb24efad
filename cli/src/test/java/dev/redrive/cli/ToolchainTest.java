// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell functions that {@code ./redrive} and {@code ./check} build with. */
class ToolchainTest {
  @TempDir Path folder;

  /** What a script prints that has the functions. */
  private String sh(String script) throws IOException, InterruptedException {
    Path functions = ReferenceTest.root().resolve("config/toolchain.sh");
    Process shell =
        new ProcessBuilder("sh", "-c", "set -eu; . \"$0\"; " + script, functions.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    shell.getOutputStream().close();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    shell.waitFor();
    return output;
  }

  @Test
  void a_failed_build_tells_its_errors_once_and_none_of_mavens_advice() throws Exception {
    Files.write(
        folder.resolve("build.log"),
        List.of(
            "[INFO] Compiling",
            "[ERROR] /src/Main.java:[7,3] cannot find symbol",
            "[ERROR] Failed to execute goal compile on project redrive-cli -> [Help 1]",
            "[ERROR] /src/Main.java:[7,3] cannot find symbol",
            "[ERROR] -> [Help 1]",
            "[ERROR] ",
            "[ERROR] Re-run Maven using the -X switch to enable full debug logging.",
            "[ERROR] [Help 1] http://cwiki.example/MojoFailureException",
            "[ERROR]   mvn <args> -rf :redrive-cli"));

    assertThat(sh("build_errors build.log").lines())
        .containsExactly(
            "[ERROR] /src/Main.java:[7,3] cannot find symbol",
            "[ERROR] Failed to execute goal compile on project redrive-cli");
  }

  @Test
  void a_build_that_ends_without_a_word_of_errors_shows_its_end() throws Exception {
    Files.writeString(folder.resolve("build.log"), "line\n".repeat(100) + "Killed\n");

    assertThat(sh("build_errors build.log").lines()).hasSize(20).endsWith("Killed");
  }

  @Test
  void where_nothing_can_be_installed_it_is_said_what_to_install() throws Exception {
    String user = "id() { echo 1000; }; PROGRAM=check; ";

    assertThat(sh(user + "install 'Maven is missing' maven"))
        .startsWith("check: Maven is missing. Install")
        .containsPattern("sudo apt-get install -y \\S*jdk\\S* maven\n");
    assertThat(sh(user + "install 'the broker is missing' broker-server"))
        .contains("sudo apt-get install -y broker-server\n");
  }
}
