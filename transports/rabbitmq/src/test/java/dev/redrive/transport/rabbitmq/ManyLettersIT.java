// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static dev.redrive.transport.rabbitmq.RabbitScene.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.testkit.servers.RabbitServer;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operations on dead letters take when there are many. */
class ManyLettersIT {
  private static final Logger log = LoggerFactory.getLogger(ManyLettersIT.class);
  private static final int LETTERS = Integer.getInteger("redrive.letters", 5_000);
  private static final String QUEUE = "many-letters";
  private static final String SHARED = "many-letters-shared";

  private static <T> T timed(String what, Callable<T> call) throws Exception {
    long begin = System.nanoTime();
    T result = call.call();
    log.warn("{}: {} ms", what, (System.nanoTime() - begin) / 1_000_000);
    return result;
  }

  private static boolean fill(RabbitScene scene, String queue, int count) throws Exception {
    Channel channel = scene.connection().createChannel();
    channel.confirmSelect();
    Instant now = scene.now();
    for (int i = 0; i < count; i++) {
      Map<String, Object> headers = new HashMap<>();
      headers.put("redrive-first-seen", Headers.time(now));
      headers.put("redrive-due-at", Headers.time(now));
      headers.put("redrive-died-at", Headers.time(now.plusMillis(i)));
      headers.put("redrive-reason", i % 10 == 0 ? "expired" : "rejected");
      headers.put("redrive-failure", "java.lang.IllegalStateException: number " + i + " failed");
      headers.put("redrive-fingerprint", "kind" + i % 7);
      headers.put("redrive-attempt", "8");
      headers.put("redrive-death", Deaths.number(now.toEpochMilli() + i, i, "00000001"));
      AMQP.BasicProperties properties =
          new AMQP.BasicProperties.Builder()
              .messageId("letter-" + i)
              .deliveryMode(2)
              .headers(headers)
              .build();
      channel.basicPublish("", "contract." + queue + ".dead", properties, new byte[256]);
      if (i % 1_000 == 999) {
        channel.waitForConfirmsOrDie();
      }
    }
    channel.waitForConfirmsOrDie();
    return true;
  }

  @Test
  void kept_reading_sees_what_dies_meanwhile_and_lets_other_processes_read() throws Exception {
    RabbitServer server = RabbitServer.shared();
    try (RabbitScene scene = new RabbitScene(server);
        RabbitTransport other = scene.another(RabbitScene.config(server).build())) {
      scene.provision(SHARED);
      RabbitScene.provision(other, SHARED);
      fill(scene, SHARED, 2_500);
      DeadLetterFilter all = DeadLetterFilter.all();
      DeadLetters letters = scene.transport().deadLetters(SHARED);
      assertThat(await(letters.count(all))).isEqualTo(2_500);
      assertThat(await(scene.transport().stats(SHARED)).dead()).isEqualTo(2_500);

      fill(scene, SHARED, 10);

      assertThat(await(letters.count(all))).isEqualTo(2_510);
      // Two letters of one id, as if a crash had doubled it.
      assertThat(await(letters.purge(DeadLetterFilter.ids(Set.of("letter-3")), 1))).isEqualTo(1);
      assertThat(await(letters.find("letter-3"))).isPresent();
      assertThat(await(other.deadLetters(SHARED).purge(all, 10_000))).isEqualTo(2_509);
      assertThat(await(letters.count(all))).isZero();
    }
  }

  @Test
  void many_letters_are_listed_found_replayed_and_purged() throws Exception {
    try (RabbitScene scene = new RabbitScene(RabbitServer.shared())) {
      scene.provision(QUEUE);
      timed("fill", () -> fill(scene, QUEUE, LETTERS));
      DeadLetters letters = scene.transport().deadLetters(QUEUE);
      DeadLetterFilter all = DeadLetterFilter.all();

      Set<String> seen = new HashSet<>();
      Optional<String> cursor = Optional.empty();
      for (int i = 1; i <= 5; i++) {
        Optional<String> from = cursor;
        DeadLetterPage page = timed("page " + i, () -> await(letters.browse(all, from, 100)));
        page.items().stream().map(DeadLetter::id).forEach(seen::add);
        cursor = page.next();
      }
      assertThat(seen).hasSize(500).contains("letter-0", "letter-499");
      DeadLetterFilter some =
          new DeadLetterFilter(
              Set.of(),
              Optional.empty(),
              Optional.of("kind3"),
              Optional.of("number 4"),
              Optional.empty(),
              Optional.empty());
      timed("filter", () -> await(letters.browse(some, Optional.empty(), 100)));
      assertThat(timed("count", () -> await(letters.count(all)))).isEqualTo(LETTERS);
      String id = "letter-" + LETTERS / 2;
      assertThat(timed("find", () -> await(letters.find(id))).orElseThrow().body()).hasSize(256);
      assertThat(
              timed("replay one", () -> await(letters.replay(DeadLetterFilter.ids(Set.of(id)), 1))))
          .isEqualTo(1);
      assertThat(timed("replay 1000", () -> await(letters.replay(all, 1_000)))).isEqualTo(1_000);
      assertThat(timed("purge 1000", () -> await(letters.purge(all, 1_000)))).isEqualTo(1_000);
      int left = LETTERS - 2_001;
      assertThat(timed("count", () -> await(letters.count(all)))).isEqualTo(left);
      timed(
          "purge all",
          () -> {
            while (await(letters.purge(all, 10_000)) > 0) {
              assertThat(left).isPositive();
            }
            return true;
          });
      assertThat(await(letters.count(all))).isZero();
    }
  }
}
