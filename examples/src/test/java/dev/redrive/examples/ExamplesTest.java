// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each example as its reader would: in a process of its own, in an empty folder. */
class ExamplesTest {
  @TempDir Path folder;

  private String run(Class<?> example) throws IOException, InterruptedException {
    List<String> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("test-classes")) {
        classPath.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                String.join(File.pathSeparator, classPath),
                example.getName())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void the_first_queue_succeeds_at_the_third_attempt() throws IOException, InterruptedException {
    assertThat(run(FirstQueue.class))
        .contains("attempt 1: Dear Ada", "attempt 2: Dear Ada", "attempt 3: Dear Ada")
        .doesNotContain("attempt 4");
    assertThat(folder.resolve("data")).isDirectory();
  }

  @Test
  void what_was_mended_is_processed_after_its_replay() throws IOException, InterruptedException {
    assertThat(run(Mending.class)).contains("mail-17: REJECTED at attempt 1");
  }

  @Test
  void an_order_that_is_sent_twice_is_booked_once() throws IOException, InterruptedException {
    assertThat(run(Bookings.class)).contains("sending a mail", "1 booking");
  }

  @Test
  void what_is_committed_is_passed_on_and_nothing_else() throws IOException, InterruptedException {
    assertThat(run(Outboxes.class))
        .contains("shipping a kettle", "behind by 0 s")
        .doesNotContain("shipping a stove");
  }

  @Test
  void messages_of_a_request_say_so() throws IOException, InterruptedException {
    assertThat(run(Requests.class))
        .contains("confirm order 5, request r-17", "count it, request r-17");
  }

  @Test
  void what_is_sent_twice_is_charged_once() throws IOException, InterruptedException {
    assertThat(run(Duplicates.class))
        .containsOnlyOnce("charging for a kettle")
        .contains("was done before: receipt 4711");
  }
}
