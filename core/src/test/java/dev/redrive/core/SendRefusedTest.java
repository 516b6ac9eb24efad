// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages that are not taken, and senders that have to wait. */
class SendRefusedTest {
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
}
