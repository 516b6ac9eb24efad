// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.Event;
import dev.redrive.Idempotency;
import dev.redrive.IdempotencyKey;
import dev.redrive.InvalidOptionsException;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.ResultHandler;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.retry.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comes of messages under keys, while their store answers. */
class IdempotencyTest {
  private final KeyScene scene = new KeyScene();
  private final World world = scene.world();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void a_duplicate_is_acknowledged_and_not_handled() {
    scene.queue().handle(log::note);
    scene.send("a", "1");
    scene.send("b", "1");
    scene.send("c", "2");

    assertThat(log.attempts()).containsExactly("a 1", "c 1");
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(3);
    assertThat(world.journal().lines()).contains("Recognised b orders/1");
    assertThat(world.journal().lines()).doesNotContain("Started b 1", "Succeeded b 1");
    assertThat(scene.status().recognisedCount()).isEqualTo(1);
  }

  @Test
  void a_duplicate_tells_the_result_that_the_handler_left() {
    ResultHandler<String> handler =
        message -> ("receipt of " + message.id()).getBytes(StandardCharsets.UTF_8);
    scene.queue().handle(handler);
    scene.send("a", "1");
    scene.send("b", "1");

    byte[] result = world.journal().of(Event.Recognised.class).get(0).result();
    assertThat(result).asString(StandardCharsets.UTF_8).isEqualTo("receipt of a");
  }

  @Test
  void a_result_that_is_too_long_is_left_out_and_no_failure() {
    ResultHandler<String> handler = message -> new byte[IdempotencyStore.RESULT_BYTES_MAX + 1];
    scene.queue().handle(handler);
    scene.send("a", "1");
    scene.send("b", "1");

    assertThat(world.journal().of(Event.Recognised.class).get(0).result()).isEmpty();
  }

  @Test
  void what_cannot_be_decoded_is_dead_as_that() {
    Queue<String> queue =
        world
            .redrive()
            .queue(
                QueueOptions.builder("numbers", new Numbers())
                    .idempotency(Idempotency.in(scene.store()))
                    .build());
    queue.handle(log::note);
    world.get(queue.send(message("a")));

    assertThat(world.dead(queue, "a").reason()).isEqualTo(Reason.UNDECODABLE);
    assertThat(scene.store().calls()).isEmpty();
  }

  /** Takes any text, and gives none back. */
  private static final class Numbers implements Codec<String> {
    @Override
    public byte[] encode(String payload) {
      return payload.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      throw new IllegalArgumentException("no number");
    }
  }

  @Test
  void what_was_done_is_forgotten_after_its_time() {
    scene.queue().handle(log::note);
    scene.send("a", "1");
    world.advance(KeyScene.TTL.minusSeconds(1));
    scene.send("b", "1");
    world.advance(Duration.ofSeconds(2));
    scene.send("c", "1");

    assertThat(log.attempts()).containsExactly("a 1", "c 1");
  }

  @Test
  void a_duplicate_waits_uncounted_while_the_first_is_under_way() {
    Gate gate = new Gate();
    scene.queue().handleAsync(gate);
    scene.send("a", "1");
    scene.send("b", "1");
    world.advance(Duration.ofSeconds(20));
    assertThat(gate.began()).containsExactly("a 1");
    assertThat(world.find(scene.queue(), "b").orElseThrow().attempts()).isZero();

    gate.succeed("a");
    world.advance(KeyScene.LEASE);

    assertThat(gate.began()).containsExactly("a 1");
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(2);
    assertThat(world.find(scene.queue(), "b").orElseThrow().history())
        .as("waiting is told once")
        .hasSizeLessThan(5);
  }

  @Test
  void waiting_for_another_attempt_is_asked_ever_less_often() {
    Gate gate = new Gate();
    scene.queue().handleAsync(gate);
    scene.send("a", "1");
    scene.send("b", "1");

    world.advance(Duration.ofSeconds(50));

    assertThat(scene.status().busyCount()).isBetween(4L, 12L);
  }

  @Test
  void a_duplicate_takes_over_when_the_first_one_fails_for_good() {
    scene
        .queue()
        .handle(
            message -> {
              log.note(message);
              if (message.id().equals("a")) {
                throw new IOException("planned");
              }
            });
    scene.send("a", "1");
    scene.send("b", "1");

    world.advance(Duration.ofMinutes(10));

    assertThat(log.attempts()).contains("b 1");
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(2);
  }

  @Test
  void a_failed_attempt_frees_its_key_for_the_next_one() {
    scene
        .queue()
        .handle(
            message -> {
              if (log.note(message) < 3) {
                throw new IOException("planned");
              }
            });
    scene.send("a", "1");

    world.advance(Duration.ofSeconds(3));

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
    assertThat(log.times())
        .as("no later than without a key")
        .containsExactly(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3));
  }

  @Test
  void two_workers_handle_one_key_once() {
    Gate first = new Gate();
    Gate second = new Gate();
    scene.queue().handleAsync(first);
    scene.queue().handleAsync(second);
    for (int i = 0; i < 6; i++) {
      scene.send("m" + i, "1");
    }
    world.advance(Duration.ofSeconds(10));
    assertThat(first.began().size() + second.began().size()).isEqualTo(1);

    first.running().forEach(first::succeed);
    second.running().forEach(second::succeed);
    world.advance(KeyScene.LEASE);

    assertThat(first.began().size() + second.began().size()).isEqualTo(1);
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(6);
  }

  @Test
  void queues_keep_their_keys_apart() {
    scene.queue().handle(log::note);
    scene.send("a", "1");

    assertThat(scene.store().calls()).contains("begin orders/1", "complete orders/1");
  }

  @Test
  void a_message_without_the_header_is_rejected_and_says_so() {
    scene.queue().handle(log::note);
    world.send(scene.queue(), "a");

    DeadLetter dead = world.dead(scene.queue(), "a");
    assertThat(dead.reason()).isEqualTo(Reason.REJECTED);
    assertThat(dead.attempts()).isZero();
    assertThat(dead.failure()).contains("idempotency key");
    assertThat(log.attempts()).isEmpty();
  }

  @Test
  void a_message_without_the_header_may_go_by_its_id() {
    Queue<String> queue =
        scene.declared(IdempotencyKey.header("KEY").orElse(IdempotencyKey.messageId()));
    queue.handle(log::note);
    world.send(queue, "a");
    scene.send("b", "1");

    assertThat(log.attempts()).containsExactly("a 1", "b 1");
    assertThat(scene.store().calls()).contains("begin orders/a", "begin orders/1");
  }

  @Test
  void a_key_may_be_of_the_payload() {
    Queue<String> queue = scene.declared(message -> Optional.of(message.payload()));
    queue.handle(log::note);
    world.get(queue.send(message("a").id("a")));
    world.get(queue.send(Outgoing.of("payload of a").id("b")));

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void keys_that_are_no_keys_are_rejected() {
    Queue<String> queue =
        scene.declared(
            message -> {
              if (message.id().equals("throws")) {
                throw new IllegalStateException("no number");
              } else if (message.id().equals("lacks")) {
                throw new NoClassDefFoundError("no class");
              } else if (message.id().equals("half")) {
                return Optional.of("a\uD800");
              }
              return Optional.of(message.id().equals("empty") ? "" : "k".repeat(494));
            });
    queue.handle(log::note);
    world.send(queue, "throws", "lacks", "half", "empty", "long");

    assertThat(log.attempts()).isEmpty();
    assertThat(world.dead(queue, "throws").failure()).contains("no number");
    assertThat(world.dead(queue, "lacks").failure()).contains("no class");
    assertThat(world.dead(queue, "half").failure()).contains("half a character");
    assertThat(world.dead(queue, "empty").failure()).contains("1 to 493 characters, not 0");
    assertThat(world.dead(queue, "long").failure()).contains("not 494");
  }

  @Test
  void a_dead_letter_that_is_replayed_is_handled() {
    boolean[] isMended = {false};
    scene
        .queue()
        .handle(
            message -> {
              log.note(message);
              if (!isMended[0]) {
                throw new IllegalArgumentException("planned");
              }
            });
    scene.send("a", "1");
    isMended[0] = true;
    world.get(scene.queue().deadLetters().replay(DeadLetterFilter.all(), 1));
    world.advance(Duration.ofSeconds(1));

    assertThat(log.attempts()).hasSize(2);
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
  }

  @Test
  void a_crash_in_the_attempt_has_the_message_wait_for_the_lease() {
    Gate gate = new Gate();
    scene.queue().handleAsync(gate);
    scene.send("a", "1");
    world.advance(Duration.ofSeconds(10));

    scene.crash();
    scene.queue().handle(log::note);
    world.advance(KeyScene.LEASE.minusSeconds(11));
    assertThat(log.attempts()).isEmpty();
    world.advance(KeyScene.LEASE);

    assertThat(log.attempts()).as("one attempt was lost, none by waiting").containsExactly("a 2");
  }

  @Test
  void a_crash_between_completion_and_acknowledgement_does_not_repeat_the_effect() {
    world.transport().settling(TroubledTransport.Trouble.NEVER_ANSWERS);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    assertThat(log.attempts()).containsExactly("a 1");

    scene.crash();
    scene.queue().handle(log::note);
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.journal().lines()).contains("Recognised a orders/1");
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
  }

  @Test
  void an_attempt_that_cannot_begin_frees_its_key() {
    world.transport().beginning(TroubledTransport.Trouble.STALE);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    world.transport().beginning(TroubledTransport.Trouble.NONE);
    scene.send("b", "1");

    assertThat(log.attempts()).containsExactly("b 1");
  }

  @Test
  void a_lease_leaves_time_to_store_what_was_done() {
    Duration tooShort = KeyScene.TIMEOUT.plus(Idempotency.LEASE_MARGIN_MIN).minusNanos(1);

    assertThatThrownBy(
            () ->
                world.queue(
                    builder ->
                        builder
                            .timeout(KeyScene.TIMEOUT)
                            .idempotency(Idempotency.in(scene.store()).lease(tooShort))))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("5 s longer than the timeout");
  }

  @Test
  void a_queue_may_be_declared_anew_without_it() {
    scene.queue().handle(log::note);
    scene.send("a", "1");
    Queue<String> without = world.queue();
    world.send(without, "b");

    assertThat(log.attempts()).containsExactly("a 1", "b 1");
    assertThat(without.idempotency()).isEmpty();
  }
}
