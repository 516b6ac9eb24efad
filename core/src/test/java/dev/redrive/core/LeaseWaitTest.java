// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Delivery;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Settled;
import dev.redrive.core.TroubledTransport.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Consumers in line for messages, and messages for which there is no consumer. */
class LeaseWaitTest extends LeaseScene {
  @Test
  void who_waits_is_woken_by_an_arrival() {
    CompletableFuture<List<Delivery<String>>> first = ask(10);
    CompletableFuture<List<Delivery<String>>> second = ask(10);
    world.advance(Duration.ofSeconds(5));
    assertThat(first).isNotDone();

    world.send(queue, "a");

    assertThat(ids(world.get(first))).containsExactly("a");
    assertThat(second).isNotDone();
    world.get(queue.send(message("b").after(Duration.ofSeconds(3))));
    world.advance(Duration.ofSeconds(3));
    assertThat(ids(world.get(second))).containsExactly("b");
  }

  @Test
  void who_waits_in_vain_goes_away_empty_in_time() {
    CompletableFuture<List<Delivery<String>>> waiting = ask(10);

    world.advance(WAIT.minusMillis(1));
    assertThat(waiting).isNotDone();
    world.advance(Duration.ofMillis(1));

    assertThat(world.get(waiting)).isEmpty();
  }

  @Test
  void who_does_not_want_to_wait_gets_what_is_there() {
    world.send(queue, "a");

    assertThat(ids(world.get(queue.lease(10, Duration.ZERO, LEASE)))).containsExactly("a");
    CompletableFuture<List<Delivery<String>>> none =
        queue.lease(10, Duration.ZERO, LEASE).toCompletableFuture();
    world.advance(Duration.ofMillis(100));
    assertThat(world.get(none)).isEmpty();
  }

  @Test
  void what_comes_when_nobody_waits_any_more_is_stuck_nowhere_and_bounces_once() {
    CompletableFuture<List<Delivery<String>>> gone = ask(1_000);
    world.advance(WAIT);
    assertThat(world.get(gone)).isEmpty();

    world.send(queue, "a", "b");
    world.advance(Duration.ofHours(1));

    assertThat(world.stats(queue).waiting()).isEqualTo(2);
    assertThat(world.stats(queue).running()).isZero();
    assertThat(world.transport().settlements()).isLessThanOrEqualTo(2);
    assertThat(world.transport().subscriptions()).isZero();
    assertThat(ids(lease(10))).containsExactly("a", "b");
  }

  @Test
  void a_consumer_that_has_gone_leaves_nothing_leased() {
    world.transport().beginning(Trouble.ANSWERS_LATE);
    CompletableFuture<List<Delivery<String>>> gone = ask(5);
    world.send(queue, "a");
    gone.cancel(true);
    world.transport().answerLate();
    world.run();
    world.transport().beginning(Trouble.NONE);

    assertThat(world.stats(queue).running()).isZero();
    assertThat(leased("a").message().attempt()).isEqualTo(1);
  }

  @Test
  void a_consumer_that_cancels_while_it_waits_is_passed_over() {
    CompletableFuture<List<Delivery<String>>> gone = ask(5);
    CompletableFuture<List<Delivery<String>>> next = ask(5);

    gone.cancel(true);
    world.send(queue, "a");

    assertThat(ids(world.get(next))).containsExactly("a");
    assertThat(world.transport().settlements()).as("nothing bounced").isZero();
  }

  @Test
  void a_message_that_cannot_be_decoded_does_not_cut_the_wait_short() {
    Queue<byte[]> raw = world.redrive().queue(QueueOptions.builder("raw", Codec.bytes()).build());
    world.get(raw.send(new byte[] {(byte) 0xc3, (byte) 0x28}));
    world.reopen();
    Queue<String> text = world.redrive().queue(QueueOptions.builder("raw", Codec.text()).build());

    CompletableFuture<List<Delivery<String>>> waiting =
        text.lease(1, WAIT, LEASE).toCompletableFuture();
    world.advance(Duration.ofSeconds(5));

    assertThat(world.dead(text)).hasSize(1);
    assertThat(waiting).isNotDone();
    world.get(text.send(message("fine")));
    assertThat(ids(world.get(waiting))).containsExactly("fine");
  }

  @Test
  void a_beginning_that_is_lost_does_not_cut_the_wait_short_and_the_message_comes_again() {
    for (Trouble trouble : List.of(Trouble.STALE, Trouble.UNKNOWN, Trouble.FAILS, Trouble.THROWS)) {
      world.transport().beginning(trouble);
      CompletableFuture<List<Delivery<String>>> waiting =
          queue.lease(5, Duration.ofMinutes(2), LEASE).toCompletableFuture();
      world.send(queue, trouble.name());
      assertThat(waiting).isNotDone();
      world.transport().beginning(Trouble.NONE);

      // The transport's lease of 30 s is not renewed any more.
      world.advance(Duration.ofSeconds(31));

      assertThat(ids(world.get(waiting))).containsExactly(trouble.name());
      assertThat(world.get(world.get(waiting).get(0).ack())).isEqualTo(Settled.DONE);
    }
  }

  @Test
  void credit_is_no_more_than_those_who_wait_want() {
    List<CompletableFuture<List<Delivery<String>>>> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waiting.add(ask(7));
    }
    world.run();

    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    assertThat(world.transport().outstandingMost()).isEqualTo(70);
  }
}
