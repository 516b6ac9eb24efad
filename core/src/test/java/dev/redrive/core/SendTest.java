// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.MessageState;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Receipt;
import dev.redrive.Refusal;
import dev.redrive.SendRefusedException;
import dev.redrive.SendResult;
import dev.redrive.TransportException;
import dev.redrive.core.TroubledTransport.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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

  private static void assertRefused(CompletionStage<?> stage, SendRefusedException.Cause cause) {
    assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .cause()
        .isInstanceOfSatisfying(
            SendRefusedException.class, refused -> assertThat(refused.reason()).isEqualTo(cause));
  }

  @Test
  void a_batch_whose_codec_breaks_leaves_nothing_pending() {
    Codec<String> breaking =
        new Codec<>() {
          @Override
          public byte[] encode(String payload) {
            if (payload.isEmpty()) {
              throw new StackOverflowError("planned");
            }
            return new byte[1 << 20];
          }

          @Override
          public String decode(byte[] bytes) {
            return "";
          }
        };
    Queue<String> broken =
        world.redrive().queue(QueueOptions.builder("breaking", breaking).build());

    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> broken.sendAll(List.of(Outgoing.of("big"), Outgoing.of(""))))
          .isInstanceOf(StackOverflowError.class);
    }

    assertThat(world.get(broken.send("big")).isDuplicate()).isFalse();
  }

  @Test
  @SuppressWarnings("NullAway") // Null is the point: not everybody's code is checked for it.
  void a_batch_with_a_null_in_it_leaves_nothing_pending() {
    Codec<String> careless =
        new Codec<>() {
          @Override
          public byte[] encode(String payload) {
            return payload.isEmpty() ? null : new byte[1 << 20];
          }

          @Override
          public String decode(byte[] bytes) {
            return "";
          }
        };
    Queue<String> broken =
        world.redrive().queue(QueueOptions.builder("careless", careless).build());

    for (int i = 0; i < 100; i++) {
      List<Outgoing<String>> batch = Arrays.asList(Outgoing.of("big"), null, Outgoing.of(""));
      assertThat(world.get(broken.sendAll(batch)))
          .satisfiesExactly(
              big -> assertThat(big).isInstanceOf(Receipt.class),
              absent -> assertThat(absent).isInstanceOf(Refusal.class),
              empty -> assertThat(empty).isInstanceOf(Refusal.class));
    }

    assertRefused(broken.send(""), SendRefusedException.Cause.INVALID);
    assertThat(world.get(broken.send("big")).isDuplicate()).isFalse();
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
  void of_a_batch_each_is_accepted_or_refused_by_itself() {
    world.send(queue, "known");

    List<SendResult> results =
        world.get(
            queue.sendAll(
                List.of(
                    message("a"),
                    message("bad").key(""),
                    message("b"),
                    message("known"),
                    message("b"))));

    assertThat(results)
        .satisfiesExactly(
            a -> assertThat(a.orThrow().id()).isEqualTo("a"),
            bad -> {
              assertThat(bad).isInstanceOf(Refusal.class);
              assertThatThrownBy(bad::orThrow).isInstanceOf(SendRefusedException.class);
            },
            b -> assertThat(b.orThrow().isDuplicate()).isFalse(),
            known -> assertThat(known.orThrow().isDuplicate()).isTrue(),
            twice -> assertThat(twice.orThrow().isDuplicate()).isTrue());
    assertThat(world.stats(queue).waiting()).isEqualTo(3);
    assertThat(world.get(queue.sendAll(List.of()))).isEmpty();
  }

  @Test
  void a_bad_message_is_refused_and_nothing_of_it_stored() {
    assertRefused(queue.send(message("")), SendRefusedException.Cause.INVALID);
    assertRefused(
        queue.send(message("a").header("redrive-attempt", "7")),
        SendRefusedException.Cause.INVALID);
    assertRefused(
        queue.send(message("a").deadline(world.now())), SendRefusedException.Cause.INVALID);
    for (long delay : List.of(-1L, Long.MIN_VALUE)) {
      assertRefused(
          queue.send(message("a").after(Duration.ofSeconds(delay))),
          SendRefusedException.Cause.INVALID);
    }

    assertThat(world.stats(queue).sent()).isZero();
  }

  @Test
  void a_payload_that_cannot_be_encoded_is_refused() {
    Codec<String> picky =
        new Codec<>() {
          @Override
          public byte[] encode(String payload) {
            throw new IllegalStateException("planned");
          }

          @Override
          public String decode(byte[] bytes) {
            return "";
          }
        };
    Queue<String> other = world.redrive().queue(QueueOptions.builder("picky", picky).build());

    CompletionStage<Receipt> stage = other.send("x");

    assertRefused(stage, SendRefusedException.Cause.INVALID);
    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .hasRootCauseMessage("planned")
        .hasMessageContaining("encoded");
  }

  @Test
  void a_full_queue_refuses() {
    Queue<String> small = world.queue(options -> options.maxWaiting(2));
    world.send(small, "a", "b");

    assertRefused(small.send(message("c")), SendRefusedException.Cause.OVERFLOW);

    small.handle(log::note);
    world.run();
    world.send(small, "c");
    assertThat(log.attempts()).hasSize(3);
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
            Outgoing.of(body).headers(headers).deadline(world.now().plus(Duration.ofDays(1)))));
    world.advance(Duration.ofHours(1));

    assertThat(bodies).hasSize(2).allMatch(each -> java.util.Arrays.equals(each, body));
    assertThat(seen)
        .hasSize(2)
        .allMatch(each -> new TreeMap<>(each).equals(new TreeMap<>(headers)));
  }

  @Test
  void a_transport_that_fails_fails_what_was_sent_and_no_more() {
    for (Trouble trouble : List.of(Trouble.THROWS, Trouble.FAILS, Trouble.STALE)) {
      world.transport().publishing(trouble);
      CompletionStage<Receipt> failed = queue.send(message("lost"));
      CompletionStage<List<SendResult>> batch = queue.sendAll(List.of(message("lost")));
      world.transport().publishing(Trouble.NONE);

      assertThat(failed.toCompletableFuture()).isCompletedExceptionally();
      assertThat(world.get(batch))
          .singleElement()
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal -> assertThat(refusal.error()).isInstanceOf(TransportException.class));
    }

    world.send(queue, "a");
    assertThat(world.stats(queue).sent()).isEqualTo(1);
  }

  @Test
  void what_is_on_its_way_to_a_transport_that_does_not_answer_is_bounded() {
    world.transport().publishing(Trouble.NEVER_ANSWERS);
    String big = "x".repeat(16_000_000);
    List<CompletableFuture<Receipt>> sent = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sent.add(queue.send(big).toCompletableFuture());
    }

    CompletionStage<Receipt> tooMuch = queue.send(big);

    assertThat(sent).noneMatch(CompletableFuture::isDone);
    assertRefused(tooMuch, SendRefusedException.Cause.OVERFLOW);
    CompletionStage<Receipt> small = queue.send("x");
    assertThat(small.toCompletableFuture()).isNotDone();
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
