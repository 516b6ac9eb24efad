// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.MessageState;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SendTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void what_is_sent_now_is_handled_now() {
    queue.handle(log::note);
    // The time within a millisecond must not cost what is left of it.
    world.advance(Duration.ofNanos(123_456));

    Receipt receipt = world.get(queue.send(message("a")));

    assertThat(receipt.id()).isEqualTo("a");
    assertThat(receipt.queue()).isEqualTo(World.QUEUE);
    assertThat(receipt.state()).isEqualTo(MessageState.READY);
    assertThat(receipt.isDuplicate()).isFalse();
    assertThat(receipt.dueAt()).isBeforeOrEqualTo(world.now());
    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(log.times()).containsExactly(Duration.ofNanos(123_456));
  }

  @Test
  void what_is_sent_for_later_comes_then_and_not_a_nanosecond_before() {
    queue.handle(log::note);
    Receipt receipt = world.get(queue.send(message("a").after(Duration.ofHours(5))));
    world.get(queue.send(message("b").at(world.now().plusSeconds(60))));

    assertThat(receipt.state()).isEqualTo(MessageState.SCHEDULED);
    assertThat(receipt.dueAt()).isEqualTo(world.now().plus(Duration.ofHours(5)));
    world.advance(Duration.ofSeconds(60).minusNanos(1));
    assertThat(log.attempts()).isEmpty();
    world.advance(Duration.ofNanos(1));
    assertThat(log.attempts()).containsExactly("b 1");
    world.advance(Duration.ofHours(6));

    assertThat(log.attempts()).containsExactly("b 1", "a 1");
    assertThat(log.times()).containsExactly(Duration.ofSeconds(60), Duration.ofHours(5));
  }

  @Test
  void a_due_time_within_a_millisecond_is_rounded_up() {
    queue.handle(log::note);

    world.get(queue.send(message("a").after(Duration.ofNanos(1))));
    world.advance(Duration.ofSeconds(1));

    assertThat(log.times()).containsExactly(Duration.ofMillis(1));
  }

  @Test
  void a_due_time_in_the_past_is_now() {
    queue.handle(log::note);

    Receipt receipt = world.get(queue.send(message("a").at(world.now().minusSeconds(9))));

    assertThat(receipt.state()).isEqualTo(MessageState.READY);
    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void nothing_comes_early_when_the_clock_jumps() {
    queue.handle(log::note);
    Instant due = world.now().plus(Duration.ofHours(1));
    world.get(queue.send(message("a").at(due)));

    world.time().shift(Duration.ofMinutes(-30));
    world.advance(Duration.ofMinutes(80));
    assertThat(log.attempts()).isEmpty();
    world.time().shift(Duration.ofMinutes(9));
    world.run();
    assertThat(log.attempts()).isEmpty();
    world.advance(Duration.ofMinutes(2));

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void messages_of_one_time_come_in_the_order_sent() {
    queue.handle(log::note);
    List<String> expected = new ArrayList<>();
    for (int i = 100; i < 400; i++) {
      expected.add(i + " 1");
      world.get(queue.send(message("" + i).at(world.now().plusSeconds(400 - i / 100))));
    }

    world.advance(Duration.ofHours(1));

    List<String> hundreds = new ArrayList<>(expected.subList(200, 300));
    hundreds.addAll(expected.subList(100, 200));
    hundreds.addAll(expected.subList(0, 100));
    assertThat(log.attempts()).isEqualTo(hundreds);
  }

  @Test
  void a_second_message_of_an_id_is_recognised() {
    world.send(queue, "a");

    Receipt again = world.get(queue.send(message("a")));

    assertThat(again.isDuplicate()).isTrue();
    assertThat(again.state()).isEqualTo(MessageState.READY);
    queue.handle(log::note);
    world.run();
    Receipt late = world.get(queue.send(message("a")));
    assertThat(late.isDuplicate()).isTrue();
    assertThat(late.state()).isEqualTo(MessageState.SUCCEEDED);
    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.stats(queue).sent()).isEqualTo(1);
    world.advance(Duration.ofHours(25));
    assertThat(world.get(queue.send(message("a"))).isDuplicate()).isFalse();
    assertThat(world.journal().lines()).contains("Sent a", "Sent a again");
  }

  @Test
  void without_an_id_each_gets_its_own() {
    Receipt one = world.get(queue.send("x"));
    Receipt two = world.get(queue.send("x"));

    assertThat(one.id()).hasSize(26).isNotEqualTo(two.id());
    assertThat(world.stats(queue).waiting()).isEqualTo(2);
  }

  @Test
  void payload_and_headers_arrive_byte_for_byte() {
    byte[] body = new byte[70_000];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) (i * 31);
    }
    Map<String, String> headers =
        Map.of(
            "traceparent",
            "00-abc-def-01",
            "X-Ünused".replace("Ü", "U"),
            " spaced\tvalue 漢 ",
            "e",
            "");
    Queue<byte[]> bytes = world.redrive().queue(QueueOptions.builder("raw", Codec.bytes()).build());
    List<byte[]> bodies = new ArrayList<>();
    List<Map<String, String>> seen = new ArrayList<>();
    bytes.handle(
        message -> {
          bodies.add(message.payload());
          seen.add(message.headers());
          if (message.attempt() == 1) {
            throw new java.io.IOException("planned");
          }
        });

    world.get(
        bytes.send(
            Outgoing.of(body)
                .headers(headers)
                .priority(7)
                .deadline(world.now().plus(Duration.ofDays(1)))));
    world.advance(Duration.ofHours(1));

    assertThat(bodies).hasSize(2).allMatch(each -> java.util.Arrays.equals(each, body));
    assertThat(seen)
        .hasSize(2)
        .allMatch(each -> new TreeMap<>(each).equals(new TreeMap<>(headers)));
  }

  @Test
  void sending_on_from_the_word_that_one_is_stored_keeps_going() {
    CompletableFuture<Receipt> chain = queue.send(message("0")).toCompletableFuture();
    for (int i = 1; i <= 5_000; i++) {
      String id = "" + i;
      chain = chain.thenCompose(done -> queue.send(message(id)));
    }

    world.get(chain);

    assertThat(world.stats(queue).waiting()).isEqualTo(5_001);
  }
}
