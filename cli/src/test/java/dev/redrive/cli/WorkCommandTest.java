// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.cli.Shell.Result;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkCommandTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private FakeServer server;

  @TempDir Path folder;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer(0);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Result work(String... args) {
    String[] all = new String[args.length + 3];
    all[0] = "work";
    all[1] = "--url";
    all[2] = server.url();
    System.arraycopy(args, 0, all, 3, args.length);
    return new Shell().run(all);
  }

  private Result sh(String script) {
    return work("inbox", "--drain", "--", "sh", "-c", script);
  }

  @Test
  void the_payload_is_the_commands_input_and_its_output_is_passed_on() {
    server.message("a", "hello").message("b", "wörld");

    Result result = work("inbox", "--drain", "--", "cat");

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("hello").contains("wörld");
    assertThat(server.settlements()).containsExactly("lease-a:ack", "lease-b:ack");
    assertThat(result.err()).contains("2 processed");
  }

  @Test
  void what_else_the_message_has_is_in_the_environment() {
    server.message("a", "x");

    Result result =
        sh(
            "echo $REDRIVE_ID $REDRIVE_QUEUE $REDRIVE_ATTEMPT $REDRIVE_KEY"
                + " $REDRIVE_HEADER_X_TENANT");

    assertThat(result.out()).isEqualTo("a inbox 2 customer-7 blueteam\n");
  }

  @Test
  void another_exit_code_is_a_failure_with_the_end_of_standard_error() {
    server.message("a", "x");

    Result result = sh("echo no route to bank >&2; exit 75");

    assertThat(result.code()).isZero();
    assertThat(server.settlements())
        .containsExactly("lease-a:retry exit code 75: no route to bank");
    assertThat(result.err()).contains("no route to bank").contains("1 failed");
  }

  @Test
  void codes_65_and_100_send_to_the_dead_letters() {
    server.message("a", "x").message("b", "y");

    sh("echo bad >&2; if [ $REDRIVE_ID = a ]; then exit 65; else exit 100; fi");

    assertThat(server.settlements())
        .containsExactly("lease-a:dead exit code 65: bad", "lease-b:dead exit code 100: bad");
  }

  @Test
  void a_command_that_takes_too_long_is_killed_with_all_it_started() throws IOException {
    server.message("a", "x");
    Path pid = folder.resolve("pid");

    Result result =
        work(
            "inbox",
            "--once",
            "--timeout",
            "5s",
            "--", //
            "sh",
            "-c",
            "sleep 600 & echo $! > " + pid + "; wait");

    assertThat(result.code()).isZero();
    assertThat(server.settlements()).containsExactly("lease-a:retry killed after 5 s");
    long child = Long.parseLong(Files.readString(pid).strip());
    Poll.until("the child to be gone", BOUND, () -> !isRunning(child));
  }

  // A killed orphan may stay as a zombie where nobody reaps it.
  private static boolean isRunning(long pid) {
    try {
      return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
    } catch (IOException e) {
      // There is no such process, or no such folder.
      return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
  }

  @Test
  void the_lease_is_extended_while_the_command_runs() {
    server.message("a", "x");
    Path seen = folder.resolve("seen");
    server.onSettled("lease-a:extend", () -> Files.writeString(seen, ""));

    work(
        "inbox",
        "--once",
        "--lease",
        "1s",
        "--", //
        "sh",
        "-c",
        "until [ -e " + seen + " ]; do sleep 0.1; done");

    assertThat(server.settlements()).contains("lease-a:extend").endsWith("lease-a:ack");
  }

  @Test
  void a_command_whose_lease_is_lost_is_killed() {
    server.message("a", "x");
    server.loseLeases();

    Result result = work("inbox", "--once", "--lease", "1s", "--", "sleep", "60");

    assertThat(result.code()).isZero();
    assertThat(result.err()).contains("the lease was lost").contains("1 not settled");
  }

  @Test
  void a_program_that_is_not_there_is_told_before_anything_is_leased() {
    server.message("a", "x");

    Result result = work("inbox", "--once", "--", "no-such-program");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("no program 'no-such-program'");
    assertThat(server.settlements()).isEmpty();
  }

  @Test
  void a_program_that_cannot_be_started_hands_the_message_back() throws IOException {
    server.message("a", "x");
    Path broken = folder.resolve("broken");
    Files.writeString(broken, "#!/no/such/interpreter\n");
    assertThat(broken.toFile().setExecutable(true)).isTrue();

    Result result = work("inbox", "--", broken.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(server.settlements()).containsExactly("lease-a:release");
  }

  @Test
  void it_takes_no_more_messages_than_asked() {
    server.message("a", "x").message("b", "y").message("c", "z");

    work("inbox", "--max", "2", "--concurrency", "8", "--", "true");

    assertThat(server.settlements()).containsExactlyInAnyOrder("lease-a:ack", "lease-b:ack");
  }

  @Test
  void a_server_that_stays_away_ends_it_with_code_3_if_asked() {
    Result result =
        new Shell()
            .run(
                "work",
                "inbox",
                "--url",
                "http://127.0.0.1:1", // The first port of all: no program is given it by chance.
                "--give-up-after",
                "1s",
                "--",
                "true");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("no Redrive server answers").contains("trying again");
  }

  @Test
  void a_settlement_waits_for_a_server_that_comes_back() throws Exception {
    server.message("a", "x");
    Path running = folder.resolve("running");
    Thread recovery =
        new Thread(
            () -> {
              Poll.until("the command to run", BOUND, () -> Files.exists(running));
              server.sulk(true);
              try {
                Files.createFile(folder.resolve("end"));
                Path over = folder.resolve("over");
                Poll.until("the outage to be over", BOUND, () -> Files.exists(over));
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              } finally {
                server.sulk(false);
              }
            });
    recovery.start();

    Result result =
        work(
            "inbox",
            "--once",
            "--",
            "sh",
            "-c", //
            "touch running; until [ -e end ]; do sleep 0.1; done; (sleep 1; touch over) &"
                .replace("touch ", "touch " + folder + "/")
                .replace("-e ", "-e " + folder + "/"));
    recovery.join();

    assertThat(result.code()).isZero();
    assertThat(server.settlements()).containsExactly("lease-a:ack");
  }

  @Test
  void json_gives_a_line_a_message_and_leaves_standard_output_to_it() {
    server.message("a", "x");

    Result result = work("inbox", "--once", "--json", "--", "sh", "-c", "echo noise; exit 7");

    assertThat(result.out())
        .startsWith("{\"id\":\"a\",\"queue\":\"inbox\",\"attempt\":2,\"exitCode\":7,")
        .contains("\"verdict\":\"retry\"");
    assertThat(result.err()).contains("noise");
  }
}
