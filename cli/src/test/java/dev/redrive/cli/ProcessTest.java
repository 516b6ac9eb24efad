// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.cli.http.Api;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals, exit codes, a restart. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessTest {
  private static final Pattern CURL = Pattern.compile("curl -d '(.*)' (http://\\S+)");

  private static final Pattern LISTENING = Pattern.compile("listening at (http://\\S+)");

  @TempDir Path folder;

  private Child serve(String... more) throws IOException {
    String[] args = new String[more.length + 3];
    args[0] = "serve";
    args[1] = "--bind";
    args[2] = "127.0.0.1:0";
    System.arraycopy(more, 0, args, 3, more.length);
    return new Child(folder, args);
  }

  private static String url(Child server) throws IOException {
    return Api.JSON.readTree(server.lineWith("\"url\"")).path("url").asText();
  }

  @Test
  void the_line_that_a_fresh_server_prints_works_and_its_message_outlives_a_kill()
      throws IOException, InterruptedException {
    try (Child server = serve()) {
      Matcher curl = CURL.matcher(server.lineWith("curl"));
      assertThat(curl.find()).isTrue();
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(curl.group(2)))
                      .header("content-type", "application/x-www-form-urlencoded")
                      .POST(BodyPublishers.ofString(curl.group(1)))
                      .build(),
                  BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(server.lineWith("work inbox")).contains("-- cat");
      server.kill();
    }

    try (Child server = serve("--json")) {
      Shell.Result worked =
          new Shell().env("REDRIVE_URL", url(server)).run("work", "inbox", "--once", "--", "cat");
      assertThat(worked.out()).isEqualTo("{\"hello\":\"world\"}");
      server.terminate();
      assertThat(server.exitCode()).isZero();
    }
  }

  @Test
  void a_fresh_server_that_wants_a_key_prints_lines_that_work_with_one()
      throws IOException, InterruptedException {
    String key;
    try (Child keys = new Child(folder, "keys", "new", "me", "--scope", "admin")) {
      key = keys.lineWith("rdk_");
      assertThat(keys.exitCode()).isZero();
    }
    try (Child server = serve()) {
      String url = server.lineWith("ready at").replaceAll(".*(http://\\S+).*", "$1");
      assertThat(server.lineWith("queues set")).contains("inbox").contains("--url " + url);
      assertThat(server.lineWith("curl")).contains("Bearer $REDRIVE_API_KEY");
      Shell shell = new Shell().env("REDRIVE_URL", url).env("REDRIVE_API_KEY", key);
      assertThat(shell.run("queues", "set", "inbox", "concurrency=16").code()).isZero();
      assertThat(shell.run("send", "inbox", "x").code()).isZero();
      assertThat(shell.run("work", "inbox", "--once", "--", "cat").out()).isEqualTo("x");
    }
  }

  @Test
  void a_server_that_says_it_listens_has_its_first_queue()
      throws IOException, InterruptedException {
    try (Child server = serve()) {
      String said = server.awaitError("listening at");
      Matcher url = LISTENING.matcher(said);
      assertThat(url.find()).isTrue();

      Shell.Result sent = new Shell().env("REDRIVE_URL", url.group(1)).run("send", "inbox", "x");

      assertThat(sent.code()).as(sent.err()).isZero();
    }
  }

  @Test
  void what_keeps_a_server_from_starting_is_told_in_a_line()
      throws IOException, InterruptedException {
    try (Child first = serve("--json")) {
      String url = url(first);
      Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
      String address = url.substring("http://".length());
      try (Child port = new Child(elsewhere, "serve", "--bind", address);
          Child data = serve()) {
        assertThat(port.exitCode()).isEqualTo(1);
        assertThat(port.errors()).contains("error: ").contains("in use");
        assertThat(data.exitCode()).isEqualTo(1);
        assertThat(data.errors()).contains("in use by another process");
        assertThat(port.errors() + data.errors()).doesNotContain("\tat ");
      }
    }
  }

  @Test
  void a_worker_that_is_stopped_hands_its_message_back_and_ends_in_order()
      throws IOException, InterruptedException {
    try (FakeServer server = new FakeServer(0)) {
      server.message("a", "x");
      try (Child worker =
          new Child(
              folder,
              "work",
              "inbox",
              "--url",
              server.url(),
              "--grace",
              "1s", //
              "--",
              "sh",
              "-c",
              "echo begun; exec sleep 60")) {
        worker.lineWith("begun");
        worker.terminate();

        assertThat(worker.exitCode()).isZero();
        assertThat(server.settlements()).containsExactly("lease-a:release");
        assertThat(worker.errors()).contains("1 handed back");
      }
    }
  }

  @Test
  void a_worker_goes_on_when_its_server_comes_back() throws IOException, InterruptedException {
    int port;
    try (FakeServer server = FakeServer.returning()) {
      port = server.port();
    }
    try (Child worker =
        new Child(
            folder, "work", "inbox", "--url", "http://127.0.0.1:" + port, "--once", "--", "cat")) {
      worker.awaitError("trying again");
      try (FakeServer server = new FakeServer(port).message("b", "back")) {
        assertThat(worker.lineWith("back")).isEqualTo("back");
        assertThat(worker.exitCode()).isZero();
        assertThat(server.settlements()).containsExactly("lease-b:ack");
        assertThat(worker.errors()).contains("the server is back");
      }
    }
  }

  @Test
  void a_wrong_command_exits_with_2() throws IOException, InterruptedException {
    try (Child child = new Child(folder, "nonsense")) {
      assertThat(child.exitCode()).isEqualTo(2);
    }
  }
}
