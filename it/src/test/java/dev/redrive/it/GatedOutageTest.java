// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.RabbitServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What messages need is down. In the middle of that their worker is killed, and where there is a
 * broker, that as well, and both are started again. Then it is back.
 *
 * <p>Whoever waited for it has made no attempt: attempts are those that found it down, and begin
 * with 1 and leave none out. Only of a message whose attempt had not been settled when its worker
 * was killed, another one may be counted.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class GatedOutageTest {
  private static final int MESSAGES = 100;
  private static final int ROUNDS = 3;

  @TempDir Path folder;

  @Test
  void over_the_embedded_transport() throws IOException {
    run("embedded:" + folder.resolve("data"), () -> {});
  }

  @Test
  void over_rabbitmq() throws IOException {
    try (RabbitServer server = RabbitServer.start()) {
      run(
          new RabbitBroker(server.address(), server).uri(),
          () -> {
            server.kill();
            server.restart();
          });
    }
  }

  @Test
  void over_kafka() throws IOException {
    try (KafkaServer server = KafkaServer.start()) {
      String address = server.bootstrap();
      run(
          new KafkaBroker(address, address).uri(),
          () -> {
            server.kill();
            server.restart();
          });
    }
  }

  private void run(String uri, Runnable crash) throws IOException {
    Path down = folder.resolve("down");
    List<String> before;
    try (GatedProcess worker = new GatedProcess(uri, down, MESSAGES)) {
      worker.await(GatedWorker.SUCCEEDED, 10);
      Files.createFile(down);
      worker.await(GatedWorker.BREAKER + " OPEN", ROUNDS);
      worker.kill();
      before = worker.said();
    }
    crash.run();
    List<String> after;
    try (GatedProcess worker = new GatedProcess(uri, down, 0)) {
      worker.await(GatedWorker.BREAKER + " OPEN", ROUNDS);
      Files.delete(down);
      worker.await(GatedWorker.BREAKER + " CLOSED", 1);
      worker.await(
          GatedWorker.SUCCEEDED, MESSAGES - distinct(before, GatedWorker.SUCCEEDED).size());
      worker.finish();
      after = worker.said();
    }
    check(before, after);
  }

  private static void check(List<String> before, List<String> after) {
    List<String> all = Stream.concat(before.stream(), after.stream()).toList();
    Set<String> inDoubt = unsettled(before);

    assertThat(after).as("left").contains(GatedWorker.STATS + " 0 0");
    assertThat(distinct(all, GatedWorker.SUCCEEDED))
        .as("succeeded")
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, MESSAGES).mapToObj(i -> "m" + i).toList());
    assertThat(inDoubt).as("in doubt").hasSizeLessThanOrEqualTo(GatedWorker.CONCURRENCY);
    attempts(all)
        .forEach(
            (id, begun) -> {
              if (!inDoubt.contains(id)) {
                assertThat(begun)
                    .as("attempts of %s", id)
                    .isEqualTo(IntStream.rangeClosed(1, begun.size()).boxed().toList());
              }
            });
    assertThat(failures(before))
        .as("attempts that the outage cost")
        .isLessThanOrEqualTo(cost(before));
    assertThat(failures(after)).as("attempts that it cost later").isLessThanOrEqualTo(cost(after));
  }

  /** Who found out, those that had begun by then, and a canary each time that it was half-open. */
  private static long cost(List<String> said) {
    long openings = said.stream().filter((GatedWorker.BREAKER + " HALF_OPEN")::equals).count();
    return GatedWorker.WINDOW + GatedWorker.CONCURRENCY + openings;
  }

  private static long failures(List<String> said) {
    return said.stream().filter(line -> line.startsWith(GatedWorker.FAILED)).count();
  }

  private static Set<String> distinct(List<String> said, String what) {
    Set<String> ids = new HashSet<>();
    for (String line : said) {
      if (line.startsWith(what + " ")) {
        ids.add(line.split(" ", -1)[1]);
      }
    }
    return ids;
  }

  /** Of whose last attempt nobody said that it was settled. */
  private static Set<String> unsettled(List<String> said) {
    Set<String> open = new HashSet<>();
    for (String line : said) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case GatedWorker.BEGUN -> open.add(words[1]);
        case GatedWorker.RETRIED, GatedWorker.SUCCEEDED -> open.remove(words[1]);
        default -> {}
      }
    }
    return open;
  }

  private static Map<String, List<Integer>> attempts(List<String> said) {
    Map<String, List<Integer>> attempts = new HashMap<>();
    for (String line : said) {
      String[] words = line.split(" ", -1);
      if (words[0].equals(GatedWorker.BEGUN)) {
        attempts
            .computeIfAbsent(words[1], none -> new ArrayList<>())
            .add(Integer.parseInt(words[2]));
      }
    }
    return attempts;
  }
}
