// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.DeadLetter;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.WireHeaders;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages whose attempt does not begin, or does not count. */
class TurnedAwayTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  private static InMessage forged(InMessage in, int attempt, int crashes) {
    return new InMessage(
        in.lease(),
        in.id(),
        in.key(),
        attempt,
        crashes,
        in.dueAt(),
        in.firstSeen(),
        in.headers(),
        in.body());
  }

  private static InMessage with(InMessage in, String header, String value) {
    Map<String, String> headers = new HashMap<>(in.headers());
    headers.put(header, value);
    return new InMessage(
        in.lease(),
        in.id(),
        in.key(),
        in.attempt(),
        in.crashes(),
        in.dueAt(),
        in.firstSeen(),
        headers,
        in.body());
  }

  @Test
  void a_message_past_its_deadline_is_not_attempted() {
    world.get(queue.send(message("a").deadline(world.now().plusSeconds(10))));
    world.advance(Duration.ofSeconds(10));

    queue.handle(log::note);
    world.run();

    assertThat(log.attempts()).isEmpty();
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(dead.attempts()).isZero();
    assertThat(dead.failure()).contains("deadline");
    assertThat(world.journal().lines()).containsExactly("Sent a", "Died a 0 expired");
  }

  @Test
  void a_message_that_waits_for_its_turn_beyond_its_deadline_is_not_attempted() {
    Queue<String> single = world.queue(options -> options.concurrency(1));
    CompletableFuture<Void> first = new CompletableFuture<>();
    world.send(single, "first");
    world.get(single.send(message("late").deadline(world.now().plusSeconds(5))));
    single.handleAsync(
        each -> {
          log.note(each);
          return first;
        });
    world.run();
    world.advance(Duration.ofSeconds(5));

    first.complete(null);
    world.run();

    assertThat(log.attempts()).containsExactly("first 1");
    assertThat(world.dead(single, "late").reason()).isEqualTo(Reason.EXPIRED);
    assertThat(world.dead(single, "late").attempts()).isZero();
  }

  @Test
  void a_dead_letter_tells_the_rule_that_decided() {
    world.send(queue, "a");

    queue.handle(
        each -> {
          throw new IllegalArgumentException("never");
        });
    world.run();

    assertThat(world.dead(queue, "a").failure()).contains("never").contains("\ndecided by default");
  }

  @Test
  void a_message_just_before_its_deadline_is_attempted() {
    world.get(queue.send(message("a").deadline(world.now().plusSeconds(10))));
    world.advance(Duration.ofSeconds(10).minusMillis(1));

    queue.handle(log::note);
    world.run();

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void a_retry_that_could_not_start_before_the_deadline_dies_at_once() {
    world.get(queue.send(message("a").deadline(world.now().plusSeconds(2))));
    queue.handle(
        message -> {
          log.note(message);
          throw new IOException("planned");
        });

    world.advance(Duration.ofSeconds(1));

    // The second attempt failed at one second; the third would be two seconds later.
    assertThat(log.attempts()).containsExactly("a 1", "a 2");
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(dead.attempts()).isEqualTo(2);
    assertThat(dead.failure()).contains("planned");
    assertThat(dead.diedAt()).isEqualTo(dead.firstSeen().plusSeconds(1));
  }

  @Test
  void a_message_that_expires_between_its_attempts_keeps_its_last_failure() {
    world.get(queue.send(message("a").deadline(world.now().plusSeconds(20))));
    queue.handle(
        message -> {
          log.note(message);
          throw new IOException("planned");
        });
    world.run();

    queue.pause("maintenance");
    world.advance(Duration.ofSeconds(20));
    queue.resume();
    world.run();

    assertThat(log.attempts()).containsExactly("a 1");
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(dead.attempts()).isEqualTo(1);
    assertThat(dead.failure()).contains("deadline").contains("IOException: planned");
  }

  @Test
  void what_cannot_be_decoded_is_dead_without_an_attempt() {
    Queue<byte[]> raw = world.redrive().queue(QueueOptions.builder("raw", Codec.bytes()).build());
    world.get(raw.send(new byte[] {(byte) 0xc3, (byte) 0x28}));
    raw.pause("to be read as text");
    world.reopen();
    Queue<String> text = world.redrive().queue(QueueOptions.builder("raw", Codec.text()).build());

    text.handle(log::note);
    world.run();

    assertThat(log.attempts()).isEmpty();
    DeadLetter dead = world.dead(text).get(0);
    assertThat(dead.reason()).isEqualTo(Reason.UNDECODABLE);
    assertThat(dead.attempts()).isZero();
    assertThat(dead.body()).containsExactly(0xc3, 0x28);
    assertThat(world.journal().lines()).noneMatch(line -> line.startsWith("Started"));
  }

  @Test
  void a_codec_that_exhausts_the_stack_cannot_decode_and_one_out_of_memory_may_try_again() {
    Codec<String> deep =
        new Codec<>() {
          private int calls;

          @Override
          public byte[] encode(String payload) {
            return Codec.text().encode(payload);
          }

          @Override
          public String decode(byte[] bytes) throws Exception {
            String text = Codec.text().decode(bytes);
            if (text.equals("deep")) {
              throw new StackOverflowError("planned");
            }
            if (calls++ == 0) {
              throw new OutOfMemoryError("planned");
            }
            return text;
          }
        };
    Queue<String> deepQueue = world.redrive().queue(QueueOptions.builder("deep", deep).build());
    deepQueue.handle(log::note);

    world.get(deepQueue.send(message("big")));
    world.advance(Duration.ofMinutes(1));
    world.get(deepQueue.send("deep"));
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts()).containsExactly("big 2");
    assertThat(world.dead(deepQueue))
        .singleElement()
        .satisfies(dead -> assertThat(dead.reason()).isEqualTo(Reason.UNDECODABLE));
  }

  @Test
  void what_comes_too_early_goes_back_until_it_is_due() {
    world.send(queue, "a");
    Instant due = world.now().plusSeconds(30);
    world
        .transport()
        .forge(
            in ->
                new InMessage(
                    in.lease(),
                    in.id(),
                    in.key(),
                    in.attempt(),
                    in.crashes(),
                    due,
                    in.firstSeen(),
                    in.headers(),
                    in.body()));

    queue.handle(log::note);
    world.advance(Duration.ofSeconds(30).minusMillis(1));
    assertThat(log.attempts()).isEmpty();
    world.advance(Duration.ofMillis(1));

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.journal().lines())
        .containsExactly("Sent a", "Deferred a", "Started a 1", "Succeeded a 1");
  }

  @Test
  void a_message_that_killed_its_process_too_often_is_dead_as_crashed() {
    world.send(queue, "a");
    world.transport().forge(in -> forged(in, 4, 3));

    queue.handle(log::note);
    world.run();

    assertThat(log.attempts()).isEmpty();
    DeadLetter dead = world.dead(queue, "a");
    assertThat(dead.reason()).isEqualTo(Reason.CRASHED);
    assertThat(dead.attempts()).isEqualTo(3);
    assertThat(dead.failure()).contains("3 of 3 attempts");
    assertThat(dead.history()).extracting(Transition::attempt).containsExactly(0, 1, 2, 3, 3);
  }

  @Test
  void attempts_that_others_used_up_are_not_exceeded() {
    world.send(queue, "a");
    world.transport().forge(in -> forged(in, 4, 0));

    queue.handle(log::note);
    world.run();

    assertThat(log.attempts()).isEmpty();
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED);
  }

  @Test
  void a_crash_counts_as_an_attempt_and_is_told() {
    world.send(queue, "a");
    queue.handleAsync(
        message -> {
          log.note(message);
          return new java.util.concurrent.CompletableFuture<>();
        });
    world.run();

    world.crash();
    Queue<String> again = world.queue();
    again.handle(
        message -> {
          log.note(message);
          throw new IOException("planned");
        });
    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    DeadLetter dead = world.dead(again, "a");
    assertThat(dead.attempts()).isEqualTo(3);
    assertThat(dead.reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED);
    assertThat(dead.history()).extracting(Transition::attempt).containsExactly(0, 1, 2, 3);
    assertThat(dead.history().get(1).cause()).contains("the process ended");
    assertThat(dead.history().get(2).cause()).contains("planned");
  }

  @Test
  void a_message_that_kills_its_process_each_time_is_dead_after_its_attempts() {
    world.send(queue, "a");
    for (int crash = 1; crash <= 3; crash++) {
      world
          .queue()
          .handleAsync(
              message -> {
                log.note(message);
                return new java.util.concurrent.CompletableFuture<>();
              });
      world.run();
      world.crash();
    }

    Queue<String> last = world.queue();
    last.handle(log::note);
    world.run();

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    assertThat(world.dead(last, "a").reason()).isEqualTo(Reason.CRASHED);
    assertThat(world.dead(last, "a").attempts()).isEqualTo(3);
    assertThat(world.stats(last).dead()).isEqualTo(1);
  }

  @Test
  void a_message_that_was_fetched_but_not_begun_loses_no_attempt_by_a_crash() {
    Queue<String> narrow = world.queue(options -> options.concurrency(1));
    world.send(narrow, "a", "b");
    narrow.handleAsync(message -> new java.util.concurrent.CompletableFuture<>());
    world.run();
    assertThat(world.stats(narrow).running()).isEqualTo(2);

    world.crash();
    world.queue().handle(log::note);
    world.run();

    assertThat(log.attempts()).containsExactlyInAnyOrder("a 2", "b 1");
  }

  @Test
  void headers_that_others_broke_are_as_good_as_none() {
    world.send(queue, "a");
    world
        .transport()
        .forge(
            in ->
                with(
                    with(with(in, WireHeaders.LAST_DELAY, "PT-7S"), WireHeaders.DEADLINE, "soon"),
                    WireHeaders.HISTORY,
                    "%%%|||;;"));

    queue.handle(
        message -> {
          log.note(message);
          throw new IOException("planned");
        });
    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).hasSize(3);
    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED);
  }
}
