// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.InvalidOptionsException;
import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Successors;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.spi.Capability;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Declaring queues, and asking them about their messages. */
class QueuesTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue();
  private final Gate gate = new Gate();

  @AfterEach
  void close() {
    world.close();
  }

  private MessageState state(String id) {
    return world.find(queue, id).orElseThrow().state();
  }

  @Test
  void a_message_is_found_in_each_of_its_states() {
    world.get(queue.send(message("a").after(Duration.ofSeconds(10))));
    assertThat(state("a")).isEqualTo(MessageState.SCHEDULED);
    queue.pause("maintenance");
    assertThat(state("a")).as("it is not due").isEqualTo(MessageState.SCHEDULED);
    world.advance(Duration.ofSeconds(10));
    assertThat(state("a")).isEqualTo(MessageState.HELD);
    queue.resume();
    assertThat(state("a")).isEqualTo(MessageState.READY);
    queue.handleAsync(gate);
    world.run();
    assertThat(state("a")).isEqualTo(MessageState.RUNNING);
    gate.fail("a", new IOException("planned"));
    world.run();
    assertThat(state("a")).isEqualTo(MessageState.RETRYING);
    queue.pause("maintenance");
    assertThat(state("a")).isEqualTo(MessageState.RETRYING);
    world.advance(Duration.ofSeconds(1));
    assertThat(state("a")).as("now it would be due").isEqualTo(MessageState.HELD);
    queue.resume();
    world.run();
    gate.succeed("a");
    world.run();

    MessageStatus status = world.find(queue, "a").orElseThrow();
    assertThat(status.state()).isEqualTo(MessageState.SUCCEEDED);
    assertThat(status.attempts()).isEqualTo(2);
    assertThat(status.queue()).isEqualTo(World.QUEUE);
    assertThat(world.find(queue, "unknown")).isEmpty();
  }

  @Test
  void a_dead_message_is_found_and_stays_dead_in_a_pause() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    gate.fail("a", new RejectedException("planned"));
    world.run();
    queue.pause("maintenance");

    assertThat(state("a")).isEqualTo(MessageState.DEAD);
  }

  @Test
  void what_waits_can_be_taken_back_and_nothing_else() {
    queue.handleAsync(gate);
    world.send(queue, "running");
    world.get(queue.send(message("waiting").after(Duration.ofHours(1))));

    assertThat(world.get(queue.cancel("waiting"))).isTrue();
    assertThat(world.get(queue.cancel("waiting"))).isFalse();
    assertThat(world.get(queue.cancel("running"))).isFalse();
    assertThat(world.get(queue.cancel("unknown"))).isFalse();
    world.advance(Duration.ofHours(2));

    assertThat(gate.began()).doesNotContain("waiting 1");
    assertThat(world.stats(queue).cancelled()).isEqualTo(1);
    assertThat(state("waiting")).isEqualTo(MessageState.CANCELLED);
    assertThat(world.journal().lines()).containsOnlyOnce("Cancelled waiting");
  }

  @Test
  void stats_add_up_with_everything_somewhere() {
    Queue<String> wide = world.queue(options -> options.concurrency(10));
    wide.handleAsync(gate);
    world.send(wide, "ok", "dead", "purged", "retrying", "running");
    world.get(wide.send(message("scheduled").after(Duration.ofHours(1))));
    world.get(wide.send(message("cancelled").after(Duration.ofHours(1))));
    gate.succeed("ok");
    gate.fail("dead", new RejectedException("planned"));
    gate.fail("purged", new RejectedException("planned"));
    gate.fail("retrying", new IOException("planned"));
    world.run();
    world.get(wide.cancel("cancelled"));
    world.get(
        wide.deadLetters().purge(dev.redrive.DeadLetterFilter.ids(java.util.Set.of("purged")), 10));

    QueueStats stats = world.stats(wide);

    assertThat(stats.sent()).isEqualTo(7);
    assertThat(stats.succeeded()).isEqualTo(1);
    assertThat(stats.dead()).isEqualTo(1);
    assertThat(stats.purged()).isEqualTo(1);
    assertThat(stats.cancelled()).isEqualTo(1);
    assertThat(stats.running()).isEqualTo(1);
    assertThat(stats.waiting()).isEqualTo(2);
    assertThat(stats.retrying()).isEqualTo(1);
  }

  @Test
  void a_queue_declared_anew_follows_its_new_policy() {
    queue.handleAsync(gate);
    world.send(queue, "a");

    Queue<String> again =
        world.queue(options -> options.policy(RetryPolicy.builder().attempts(1).build()));
    gate.fail("a", new IOException("planned"));
    world.advance(Duration.ofHours(1));

    assertThat(again).isSameAs(queue);
    assertThat(world.dead(queue, "a").attempts()).isEqualTo(1);
  }

  @Test
  void a_queue_declared_anew_follows_its_new_concurrency_up_and_down() {
    Queue<String> narrow = world.queue(options -> options.concurrency(1));
    narrow.handleAsync(gate);
    for (int i = 0; i < 40; i++) {
      world.send(narrow, "m" + i);
    }
    assertThat(gate.running()).hasSize(1);

    world.queue(options -> options.concurrency(5));
    world.run();
    assertThat(gate.running()).hasSize(5);
    world.queue(options -> options.concurrency(2));
    for (int i = 0; i < 20; i++) {
      gate.succeed(gate.running().get(0));
      world.run();
    }

    assertThat(gate.running()).hasSize(2);
    while (!gate.running().isEmpty()) {
      gate.succeed(gate.running().get(0));
      world.run();
    }
    assertThat(world.stats(narrow).succeeded()).isEqualTo(40);
  }

  @Test
  void what_was_fetched_already_starts_at_once_when_more_may_run() {
    Queue<String> narrow = world.queue(options -> options.concurrency(1));
    narrow.handleAsync(gate);
    world.send(narrow, "a", "b");
    assertThat(gate.running()).containsExactly("a");

    world.queue(options -> options.concurrency(2));
    world.run();

    assertThat(gate.running()).containsExactly("a", "b");
  }

  @Test
  void a_queue_declared_anew_follows_its_new_timeout() {
    queue.handleAsync(gate);
    world.queue(options -> options.timeout(Duration.ofSeconds(2)));
    world.send(queue, "a");

    world.advance(Duration.ofSeconds(2));

    assertThat(world.journal().lines()).last().isEqualTo("Retried a 1");
  }

  @Test
  void blocking_handlers_follow_a_new_concurrency_too() {
    Queue<String> narrow = world.queue(options -> options.concurrency(1));
    World.Log log = world.log();
    narrow.handle(log::note);
    world.queue(options -> options.concurrency(4));

    for (int i = 0; i < 20; i++) {
      world.send(narrow, "m" + i);
    }

    assertThat(log.attempts()).hasSize(20);
  }

  /** A codec like JSON's: one class for many types. */
  private record Shaped(String shape) implements Codec<String> {
    @Override
    public byte[] encode(String payload) {
      return new byte[0];
    }

    @Override
    public String decode(byte[] bytes) {
      return shape;
    }
  }

  private Queue<String> shaped(String shape) {
    return world.redrive().queue(QueueOptions.builder("shaped", new Shaped(shape)).build());
  }

  @Test
  void a_codec_of_the_same_class_for_another_type_is_another_codec() {
    Queue<String> first = shaped("order");

    assertThat(shaped("order")).isSameAs(first);
    assertThatThrownBy(() -> shaped("invoice"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("codec");
  }

  @Test
  void a_queue_says_whether_it_recognises_a_message_that_is_sent_again() {
    assertThat(queue.isDeduplicated()).isTrue();

    world.transport().lack(Capability.DEDUPLICATION);

    assertThat(world.queue().isDeduplicated()).isFalse();
    world.send(queue, "named");
    assertThat(state("named"))
        .as("the id is the message's all the same")
        .isEqualTo(MessageState.READY);
  }

  @Test
  void another_codec_is_refused_before_anything_is_changed() {
    assertThatThrownBy(
            () ->
                world
                    .redrive()
                    .queue(QueueOptions.builder(World.QUEUE, Codec.bytes()).maxWaiting(1).build()))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("codec");

    world.send(queue, "a", "b");
    assertThat(world.stats(queue).waiting()).isEqualTo(2);
  }

  @Test
  void what_the_transport_cannot_do_is_refused_at_once() {
    world.transport().lack(Capability.ORDERED);
    world.transport().lack(Capability.MAX_WAITING);

    assertThatThrownBy(() -> world.queue(QueueOptions.Builder::ordered))
        .isInstanceOf(UnsupportedCapabilityException.class)
        .hasMessageContaining("ordered");
    assertThatThrownBy(() -> world.queue(options -> options.maxWaiting(10)))
        .isInstanceOf(UnsupportedCapabilityException.class)
        .hasMessageContaining("maxWaiting");
  }

  @Test
  void going_on_behind_the_dead_is_refused_where_order_alone_is_not() {
    world.transport().lack(Capability.SUCCESSORS_GO_ON);

    assertThatThrownBy(() -> world.queue(options -> options.ordered(Successors.GO_ON)))
        .isInstanceOf(UnsupportedCapabilityException.class)
        .hasMessageContaining("dead message wait");
    assertThat(world.queue(QueueOptions.Builder::ordered)).isNotNull();
  }

  @Test
  void a_transport_that_cannot_renew_leases_is_not_asked_to() {
    world.transport().lack(Capability.RENEW);
    queue.handleAsync(gate);
    world.send(queue, "a");

    world.advance(Duration.ofSeconds(25));

    assertThat(world.transport().renewals()).isEmpty();
  }

  @Test
  void the_queues_and_the_transports_state_are_known() {
    world.redrive().queue(QueueOptions.builder("another", Codec.text()).build());
    world.run();

    assertThat(world.redrive().queues()).containsExactly("another", World.QUEUE);
    assertThat(world.redrive().state()).isEqualTo(TransportState.UP);
    assertThat(queue.name()).isEqualTo(World.QUEUE);
  }

  @Test
  void a_queue_that_cannot_be_made_says_so() {
    world.redrive().close(Duration.ZERO);

    assertThatThrownBy(world::queue).hasMessageContaining("closed");
    assertThatThrownBy(() -> world.get(queue.stats())).hasCauseInstanceOf(TransportException.class);
  }

  @Test
  void limits_of_dead_letters_are_checked() {
    assertThatThrownBy(
            () ->
                queue
                    .deadLetters()
                    .browse(dev.redrive.DeadLetterFilter.all(), java.util.Optional.empty(), 1_001))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> queue.deadLetters().replay(dev.redrive.DeadLetterFilter.all(), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> queue.deadLetters().purge(dev.redrive.DeadLetterFilter.all(), 10_001))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(world.get(queue.deadLetters().count(dev.redrive.DeadLetterFilter.all()))).isZero();
  }
}
