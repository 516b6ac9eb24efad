// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Relay;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.retry.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A queue whose messages go on to another one. */
class RelayTest {
  private final World world = new World();
  private final Queue<String> outbox = world.queue(options -> options.policy(World.THREE));
  private final Queue<String> target =
      world.redrive().queue(QueueOptions.builder("target", Codec.text()).build());
  private final List<Message<String>> arrived = new ArrayList<>();

  @AfterEach
  void close() {
    world.close();
  }

  private void relay() {
    outbox.handleAsync(Relay.to(target));
    target.handleAsync(
        message -> {
          arrived.add(message);
          return CompletableFuture.completedStage(null);
        });
    world.run();
  }

  @Test
  void a_message_arrives_as_it_was_sent() {
    world.get(
        outbox.send(
            Outgoing.of("payload")
                .id("a")
                .key("customer 7")
                .header("kind", "order")
                .deadline(world.now().plusSeconds(60))));
    relay();

    assertThat(arrived).hasSize(1);
    Message<String> message = arrived.get(0);
    assertThat(message.id()).isEqualTo("a");
    assertThat(message.payload()).isEqualTo("payload");
    assertThat(message.key()).contains("customer 7");
    assertThat(message.headers()).isEqualTo(Map.of("kind", "order"));
    assertThat(message.deadline()).contains(world.now().plusSeconds(60));
    assertThat(world.stats(outbox).succeeded()).isEqualTo(1);
  }

  @Test
  void what_the_target_had_already_is_not_there_twice() {
    world.send(target, "a");
    world.send(outbox, "a", "b");
    relay();

    assertThat(arrived).extracting(Message::id).containsExactly("a", "b");
    assertThat(world.stats(outbox).succeeded()).isEqualTo(2);
  }

  @Test
  void an_outage_of_the_target_costs_no_attempt() {
    world.send(outbox, "a", "b");
    world.transport().publishing(Trouble.FAILS);
    relay();
    world.advance(Duration.ofHours(1));
    assertThat(arrived).isEmpty();
    assertThat(world.stats(outbox).dead()).isZero();
    assertThat(world.stats(outbox).lag(world.now())).isEqualTo(Duration.ofHours(1));

    world.transport().publishing(Trouble.NONE);
    world.advance(Duration.ofSeconds(10));

    assertThat(arrived).extracting(Message::id).containsExactlyInAnyOrder("a", "b");
    assertThat(world.stats(outbox).lag(world.now())).isZero();
  }

  @Test
  void a_target_that_does_not_answer_costs_no_attempt_and_gets_one_copy() {
    Queue<String> patient = world.queue(options -> options.policy(Relay.policy()));
    world.send(patient, "a", "b");
    world.transport().publishing(Trouble.ANSWERS_LATE);
    relay();
    world.advance(Duration.ofMinutes(5));
    assertThat(world.stats(outbox).dead()).isZero();

    world.transport().publishing(Trouble.NONE);
    world.transport().answerLate();
    world.advance(Duration.ofMinutes(1));

    assertThat(world.stats(target).sent()).isEqualTo(2);
    assertThat(arrived).extracting(Message::attempt).containsOnly(1);
    assertThat(arrived).extracting(Message::id).containsExactlyInAnyOrder("a", "b");
    assertThat(world.stats(outbox).succeeded()).isEqualTo(2);
  }

  @Test
  void what_the_target_refuses_for_good_is_a_dead_letter_of_the_first_queue() {
    world.send(outbox, "a");
    outbox.handleAsync(
        message ->
            Relay.to(target)
                .handle(
                    new Message<>(
                        "i".repeat(10_000),
                        message.queue(),
                        message.payload(),
                        message.headers(),
                        message.key(),
                        message.attempt(),
                        message.firstSeen(),
                        message.deadline())));
    world.run();

    assertThat(world.dead(outbox, "a").reason()).isEqualTo(Reason.REJECTED);
  }

  @Test
  void a_target_that_is_full_is_waited_for() {
    Queue<String> full =
        world.redrive().queue(QueueOptions.builder("full", Codec.text()).maxWaiting(1).build());
    world.get(full.send(message("first")));
    world.send(outbox, "a");
    outbox.handleAsync(Relay.to(full));
    world.advance(Duration.ofMinutes(10));
    assertThat(world.stats(outbox).dead()).isZero();
    assertThat(outbox.pauseReason()).isPresent();

    full.handleAsync(message -> CompletableFuture.completedStage(null));
    world.advance(Duration.ofSeconds(10));

    assertThat(world.stats(full).succeeded()).isEqualTo(2);
  }
}
