// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacklogTest {
  private static final String MESSAGES = "40000";

  @TempDir private Path root;

  @Test
  void backlog_larger_than_the_heap_is_kept_over_a_kill_and_worked_off() throws Exception {
    run("fill");
    Path result = root.resolve("result");
    run(result.toString());

    assertThat(result)
        .content()
        .contains("sent=" + MESSAGES, "succeeded=" + MESSAGES, "waiting=0", "running=0");
  }

  private void run(String mode) throws IOException, InterruptedException {
    Process process =
        Children.start(
            List.of(),
            List.of("-Xmx24m"),
            BacklogWorkload.class,
            root.resolve("data").toString(),
            MESSAGES,
            mode);
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(mode).isTrue();
      assertThat(process.exitValue()).as(mode).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
