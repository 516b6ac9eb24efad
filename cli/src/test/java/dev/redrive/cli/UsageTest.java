// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.redrive.Event;
import dev.redrive.cli.Shell.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageTest {

  /** The first port of all: no program is given it by chance. */
  private static final String NOBODY = "http://127.0.0.1:1";

  @Test
  void nothing_to_do_is_wrong_usage_and_shows_the_help() {
    Result result = new Shell().run();

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("Usage: redrive").contains("send").contains("dead");
  }

  @Test
  void a_misspelt_option_is_answered_with_the_right_one() {
    Result result = new Shell().run("send", "inbox", "--dely", "3s", "x");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--dely").contains("Did you mean --delay");
  }

  @Test
  void options_that_exclude_one_another_are_refused() {
    Shell shell = new Shell();

    assertThat(shell.run("send", "q", "x", "--delay", "1s", "--at", "2h").code()).isEqualTo(2);
    assertThat(shell.run("work", "q", "--once", "--drain", "--", "true").code()).isEqualTo(2);
    assertThat(shell.run("dead", "replay").code()).isEqualTo(2);
    assertThat(shell.run("dead", "purge", "--all", "--yes").code()).isEqualTo(2);
    assertThat(shell.run("queues", "set", "q", "deliver.secret=whsec_x").code()).isEqualTo(2);
    assertThat(shell.run("queues", "--url", "ftp://x").code()).isEqualTo(2);
    assertThat(shell.run("send", "q", "--delay", "soon").err()).contains("'soon'");
  }

  @Test
  void an_unknown_kind_of_event_is_answered_with_the_known_ones() {
    Result result = new Shell().run("tail", "--only", "died,foo");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("'foo'").contains("sent, started, succeeded, retried");
    assertThat(new Shell().run("tail", "--max", "0").code()).isEqualTo(2);
  }

  @Test
  void the_kinds_of_events_are_those_that_there_are() {
    assertThat(TailCommand.KINDS)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Event.class.getPermittedSubclasses())
                .map(kind -> kind.getSimpleName().replace("Changed", "").toLowerCase(Locale.ROOT))
                .toList());
  }

  @Test
  void commands_to_copy_are_called_as_this_one_was() {
    Shell shell = new Shell().env("REDRIVE_URL", NOBODY);

    assertThat(shell.run("queues").err()).contains("Start one with `redrive serve`");
    assertThat(shell.env("REDRIVE_COMMAND", "./redrive").run("queues").err())
        .contains("Start one with `./redrive serve`");
  }

  @Test
  void what_speaks_to_no_server_takes_no_address_of_one() {
    for (String[] help :
        new String[][] {{"serve", "--help"}, {"demo", "--help"}, {"keys", "new", "--help"}}) {
      assertThat(new Shell().run(help).out())
          .contains("--json")
          .doesNotContain("--url")
          .doesNotContain("--api-key-file");
    }
    assertThat(new Shell().run("demo", "--url", "http://127.0.0.1:1").code()).isEqualTo(2);
    assertThat(new Shell().run("queues", "--help").out()).contains("--url", "--api-key-file");
  }

  @Test
  void a_folder_that_may_not_be_used_is_told_in_words(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    String data = file.resolve("data").toString();

    Result made = new Shell().run("keys", "new", "ci", "--scope", "read", "--data", data);

    assertThat(made.code()).isEqualTo(1);
    assertThat(made.err()).startsWith("error: ").contains(data).doesNotContain("Exception");
  }

  @Test
  void a_server_that_is_not_there_is_told_in_two_lines_and_code_3() {
    Result result = new Shell().env("REDRIVE_URL", NOBODY).run("queues");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(2);
    assertThat(result.err()).contains("connection refused").contains("redrive serve");
  }

  @Test
  void something_that_is_no_redrive_server_is_told() throws IOException {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    other.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] page = "<html>hello</html>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
          }
        });
    other.start();
    try {
      Result result =
          new Shell().run("queues", "--url", "http://127.0.0.1:" + other.getAddress().getPort());

      assertThat(result.code()).isEqualTo(3);
      assertThat(result.err()).contains("something else than Redrive");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void a_stack_trace_is_printed_only_when_asked_for() {
    Shell shell = new Shell().env("REDRIVE_URL", NOBODY);

    assertThat(shell.run("queues").err()).doesNotContain("\tat ");
    assertThat(shell.run("queues", "--debug").err()).contains("\tat ");
  }

  @Test
  void colours_are_for_terminals_that_want_them() {
    assertThat(new Shell().env("REDRIVE_URL", NOBODY).run("queues").err()).doesNotContain("\u001b");
    assertThat(new Shell().env("REDRIVE_URL", NOBODY).onTerminal().run("queues").err())
        .contains("\u001b[31m");
    assertThat(
            new Shell()
                .env("REDRIVE_URL", NOBODY)
                .env("NO_COLOR", "1")
                .onTerminal()
                .run("queues")
                .err())
        .doesNotContain("\u001b");
  }

  @Test
  void nothing_to_send_is_asked_for_where_a_person_types() {
    Result result = new Shell().env("REDRIVE_URL", NOBODY).onTerminal().run("send", "inbox");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("Give a payload");
  }

  @Test
  void the_completion_script_is_sound(@TempDir Path folder)
      throws IOException, InterruptedException {
    for (String shell : new String[] {"bash", "zsh"}) {
      Result result = new Shell().run("completion", shell);
      Path script = folder.resolve(shell);
      Files.writeString(script, result.out());

      Process bash = new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();

      assertThat(result.code()).isZero();
      assertThat(result.out()).contains("replay").contains("--concurrency");
      assertThat(bash.waitFor()).isZero();
    }
  }

  @Test
  void keys_are_made_listed_and_revoked(@TempDir Path folder) {
    String data = folder.resolve("data").toString();
    Shell shell = new Shell();

    Result made = shell.run("keys", "new", "ci", "--scope", "enqueue,read", "--data", data);
    assertThat(made.code()).isZero();
    assertThat(made.out()).startsWith("rdk_");
    Result listed = shell.run("keys", "list", "--data", data);
    assertThat(listed.out()).contains("ci").contains("enqueue,read").doesNotContain("rdk_");
    assertThat(shell.run("keys", "new", "ci", "--scope", "nonsense", "--data", data).code())
        .isEqualTo(2);
    assertThat(shell.run("keys", "revoke", "ci", "--data", data).code()).isZero();
    assertThat(shell.run("keys", "revoke", "ci", "--data", data).code()).isEqualTo(1);
  }
}
