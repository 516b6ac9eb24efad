// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.Shell.Result;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What could not be processed is looked at, sent again and deleted. */
class DeadCommandsTest extends ServerScene {
  private void die(String... ids) {
    for (String id : ids) {
      run("send", "inbox", "x", "--id", id);
    }
    sh("exit 65");
  }

  private int count(String state) throws IOException {
    return json("queues", "show", "inbox").path("stats").path(state).asInt();
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
  void ids_that_are_no_dead_letters_are_named_and_the_others_replayed() throws IOException {
    die("d1", "d2");

    Result result = run("dead", "replay", "d1", "nosuch", "d2", "d1", "neither");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("2 dead letters sent back to their queues\n");
    assertThat(result.err()).isEqualTo("no dead letter: nosuch, neither\n");
    assertThat(count("waiting")).isEqualTo(2);
    assertThat(count("dead")).isZero();
  }

  @Test
  void ids_of_a_named_queue_are_told_apart_as_well() throws IOException {
    die("d1");
    String[] replay = {"dead", "replay", "--queue", "inbox", "d1", "nosuch", "--json"};

    Result preview = run("dead", "replay", "--queue", "inbox", "d1", "nosuch", "--dry-run");
    Result first = run(replay);
    Result second = run(replay);

    assertThat(preview.code()).isEqualTo(1);
    assertThat(preview.out()).startsWith("1 dead letter would");
    assertThat(first.code()).isEqualTo(1);
    assertThat(first.out()).contains("\"replayed\" : 1").contains("[ \"nosuch\" ]");
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.out()).contains("\"replayed\" : 0").contains("[ \"d1\", \"nosuch\" ]");
    assertThat(count("waiting")).isEqualTo(1);
  }

  @Test
  void a_queue_that_is_not_there_is_no_missing_dead_letter() {
    Result result = run("dead", "replay", "d1", "--queue", "nowhere");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("error: there is no queue `nowhere`");
  }

  @Test
  void an_id_that_two_queues_have_is_replayed_nowhere_until_one_is_said() throws IOException {
    run("queues", "set", "outbox", "concurrency=1");
    die("d1", "d2");
    run("send", "outbox", "x", "--id", "d2");
    run("work", "outbox", "--drain", "--", "sh", "-c", "exit 65");

    Result result = run("dead", "replay", "d1", "d2");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("more than one queue").contains("--queue QUEUE");
    assertThat(result.err()).doesNotContain("?queue=");
    assertThat(count("dead")).isEqualTo(2);
    assertThat(run("dead", "replay", "d1", "d2", "--queue", "inbox").code()).isZero();
  }

  @Test
  void deleting_by_id_names_what_is_not_there() throws IOException {
    die("d1", "d2");

    Result result = run("dead", "purge", "d1", "nosuch", "--yes");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("1 dead letter deleted\n");
    assertThat(result.err()).isEqualTo("no dead letter: nosuch\n");
    assertThat(count("dead")).isEqualTo(1);
  }
}
