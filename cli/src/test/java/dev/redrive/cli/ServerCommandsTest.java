// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.Shell.Result;
import dev.redrive.cli.http.Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a real server, as a person would use them one after another. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerCommandsTest {
  private RealServer server;

  @TempDir Path folder;

  @BeforeEach
  void start() {
    server = new RealServer(folder);
    assertThat(run("queues", "set", "inbox", "retry.attempts=2", "retry.first=10ms").code())
        .isZero();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Result run(String... args) {
    return new Shell().env("REDRIVE_URL", server.url()).run(args);
  }

  private JsonNode json(String... args) throws IOException {
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--json";
    Result result = run(all);
    assertThat(result.code()).as(result.err()).isZero();
    return Api.JSON.readTree(result.out());
  }

  private Result sh(String script) {
    return run("work", "inbox", "--drain", "--", "sh", "-c", script);
  }

  @Test
  void what_is_sent_is_worked_on_byte_for_byte() throws IOException {
    assertThat(run("send", "inbox", "wörld", "--id", "a", "--header", "Tenant=blue").out())
        .isEqualTo("accepted  a  ready in inbox\n");
    Path file = folder.resolve("payload");
    byte[] bytes = {0, 10, -1, 13, 34};
    Files.write(file, bytes);
    assertThat(run("send", "inbox", "--file", file.toString(), "--id", "b").code()).isZero();

    Path got = folder.resolve("got");
    Result result = sh("cat > " + got + "-$REDRIVE_ID; echo $REDRIVE_HEADER_TENANT");

    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualTo("blue\n\n");
    assertThat(Files.readString(folder.resolve("got-a"))).isEqualTo("wörld");
    assertThat(Files.readAllBytes(folder.resolve("got-b"))).isEqualTo(bytes);
    assertThat(json("queues", "show", "inbox").path("stats").path("succeeded").asInt())
        .isEqualTo(2);
  }

  @Test
  void standard_input_is_sent_and_a_second_time_recognised() {
    Shell shell = new Shell().env("REDRIVE_URL", server.url()).input("piped");

    assertThat(shell.run("send", "inbox", "--id", "a").out()).startsWith("accepted");
    assertThat(shell.run("send", "inbox", "--id", "a").out()).startsWith("known already");
    assertThat(sh("cat").out()).isEqualTo("piped");
  }

  @Test
  void a_delayed_message_waits_and_can_be_taken_back() throws IOException {
    assertThat(run("send", "inbox", "x", "--id", "a", "--delay", "1h").out())
        .contains("scheduled in inbox, due in 1 h");

    assertThat(run("message", "show", "a").out()).contains("scheduled in inbox, 0 attempts");
    assertThat(run("message", "cancel", "a").out()).isEqualTo("cancelled  a\n");
    Result again = run("message", "cancel", "a");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).startsWith("error: ");
    assertThat(json("queues", "show", "inbox").path("stats").path("cancelled").asInt())
        .isEqualTo(1);
  }

  @Test
  void a_file_of_lines_is_sent_and_the_wrong_ones_are_named() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= 1_200; i++) {
      lines.append(i == 700 ? "oops\n" : "{\"id\":\"m" + i + "\",\"body\":{\"n\":" + i + "}}\n");
    }
    lines.append("\n{\"id\":\"m5\",\"body\":\"again\"}\n{\"identity\":1}\n");
    Path file = folder.resolve("messages.ndjson");
    Files.writeString(file, lines.toString());

    Result result = run("send", "inbox", "--ndjson", file.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("1199 accepted, 1 known already, 2 refused\n");
    assertThat(result.err()).contains("line 700: ").contains("line 1203: ");
    assertThat(json("queues", "show", "inbox").path("stats").path("sent").asInt()).isEqualTo(1_199);
  }

  @Test
  void an_upload_shows_its_progress_on_a_terminal_only() throws IOException {
    Path file = folder.resolve("messages.ndjson");
    Files.writeString(file, "{\"body\":1}\n".repeat(600));
    String[] args = {"send", "inbox", "--ndjson", file.toString()};

    assertThat(run(args).err()).isEmpty();
    Result seen = new Shell().env("REDRIVE_URL", server.url()).onTerminal().run(args);
    assertThat(seen.err()).contains("━").contains("%").endsWith("\r\u001b[K");
    assertThat(seen.out()).isEqualTo("600 accepted, 0 known already, 0 refused\n");
  }

  @Test
  void a_dead_letter_tells_why_and_heals_by_a_replay() throws IOException {
    run("send", "inbox", "{\"order\":17}", "--id", "order-17", "--key", "ada");
    sh("echo out of stock >&2; exit 65");

    assertThat(run("dead", "list").out())
        .contains("order-17")
        .contains("rejected")
        .contains("exit code 65: out of stock");
    assertThat(run("dead", "show", "order-17").out())
        .contains("reason       rejected")
        .contains("key          ada")
        .contains("\"order\" : 17");
    assertThat(run("dead", "replay", "order-17", "--dry-run").out()).startsWith("1 dead letter ");
    assertThat(run("dead", "replay", "order-17").out()).startsWith("1 dead letter sent back");
    assertThat(sh("true").code()).isZero();
    JsonNode stats = json("queues", "show", "inbox").path("stats");
    assertThat(stats.path("succeeded").asInt()).isEqualTo(1);
    assertThat(stats.path("dead").asInt()).isZero();
  }

  @Test
  void a_replay_takes_what_matches_the_filter_each_once() throws IOException {
    for (int i = 0; i < 7; i++) {
      run("send", "inbox", "x", "--id", (i < 3 ? "red-" : "blue-") + i);
    }
    sh("exit 65");

    assertThat(json("dead", "replay", "--text", "red-").path("replayed").asInt()).isEqualTo(3);
    assertThat(json("dead", "list").path("items")).hasSize(4);
    assertThat(json("dead", "replay", "--all").path("replayed").asInt()).isEqualTo(4);
    assertThat(json("dead", "replay", "--all").path("replayed").asInt()).isZero();
    assertThat(json("queues", "show", "inbox").path("stats").path("waiting").asInt()).isEqualTo(7);
  }

  @Test
  void deleting_asks_first() throws IOException {
    run("send", "inbox", "x", "--id", "a");
    sh("exit 65");
    Shell person = new Shell().env("REDRIVE_URL", server.url()).onTerminal();
    String[] purge = {"dead", "purge", "--queue", "inbox", "--all"};

    assertThat(run(purge).code()).isEqualTo(2);
    assertThat(person.input("n\n").run(purge).err())
        .contains("Delete 1 dead letter for good? [y/N]")
        .contains("Nothing was deleted");
    assertThat(json("dead", "list").path("items")).hasSize(1);
    assertThat(person.input("y\n").run(purge).out()).isEqualTo("1 dead letter deleted\n");
    assertThat(json("dead", "list").path("items")).isEmpty();
  }

  @Test
  void queues_are_set_shown_paused_and_resumed() throws IOException {
    run("queues", "set", "orders", "concurrency=3", "ordered=true", "retry.attempts=4");
    assertThat(run("queues", "set", "orders", "maxWaiting=5").out())
        .contains("max waiting   5")
        .contains("concurrency   3")
        .contains("attempts 4");
    assertThat(json("queues", "set", "orders", "maxWaiting=").has("maxWaiting")).isFalse();

    run("queues", "pause", "orders", "--reason", "stocktaking");
    assertThat(run("queues", "show", "orders").out()).contains("paused: stocktaking");
    assertThat(run("queues").out()).contains("orders").contains("paused").contains("inbox");
    assertThat(run("queues", "resume", "orders").out()).isEqualTo("orders is running\n");
  }

  @Test
  void a_secret_is_read_from_a_file_and_not_shown() throws IOException {
    Path secret = folder.resolve("secret");
    Files.writeString(secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");

    Result result =
        run(
            "queues",
            "set",
            "hooks",
            "deliver.url=https://example.com/hook",
            "deliver.secret=@" + secret);

    assertThat(result.out()).contains("https://example.com/hook, signed").doesNotContain("MfKQ9r8");
  }

  @Test
  void what_is_not_there_is_told_in_one_line() {
    for (String[] args :
        new String[][] {
          {"queues", "show", "nothing"},
          {"message", "show", "nothing"},
          {"dead", "show", "nothing"},
          {"send", "nothing", "x"},
          {"work", "nothing", "--once", "--", "true"}
        }) {
      Result result = run(args);

      assertThat(result.code()).as(String.join(" ", args)).isEqualTo(1);
      assertThat(result.err()).contains("error: ").contains("nothing").doesNotContain("Exception");
    }
  }

  @Test
  void a_needed_key_is_asked_for_and_taken_from_the_environment_or_a_file() throws IOException {
    String data = folder.resolve("data").toString();
    String key =
        run("keys", "new", "me", "--scope", "admin", "--data", data)
            .out()
            .lines()
            .findFirst()
            .get();

    Result refused = run("queues");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("REDRIVE_API_KEY");
    assertThat(
            new Shell()
                .env("REDRIVE_URL", server.url())
                .env("REDRIVE_API_KEY", key)
                .run("queues")
                .code())
        .isZero();
    Path file = folder.resolve("key");
    Files.writeString(file, key + "\n");
    assertThat(run("queues", "--api-key-file", file.toString()).code()).isZero();
  }

  @Test
  void events_are_shown_as_they_happen() throws InterruptedException {
    AtomicBoolean isOver = new AtomicBoolean();
    Thread sender =
        new Thread(
            () -> {
              for (int i = 0; !isOver.get(); i++) {
                run("send", "inbox", "x", "--id", "m" + i);
              }
            });
    sender.start();

    Result lines = run("tail", "inbox", "--only", "sent", "--max", "2");
    Result json = run("tail", "--max", "1", "--json");
    isOver.set(true);
    sender.join();

    assertThat(lines.code()).isZero();
    assertThat(lines.out().lines()).hasSize(2).allMatch(line -> line.contains("→ sent"));
    assertThat(json.out()).startsWith("{").contains("\"queue\":\"inbox\"");
  }
}
