// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Choice;
import dev.redrive.Codec;
import dev.redrive.InvalidOptionsException;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of the messages in hand a worker begins next. */
class ChoiceTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final World world = new World();
  private final List<String> begun = new ArrayList<>();

  @AfterEach
  void close() {
    world.close();
  }

  /** A queue with a worker that takes a second for each message, one after another. */
  private Queue<String> queue(Choice choice) {
    return world.redrive().queue(options(choice));
  }

  private static QueueOptions<String> options(Choice choice) {
    return QueueOptions.builder(World.QUEUE, Codec.text()).concurrency(1).choice(choice).build();
  }

  private void work(Queue<String> queue) {
    queue.handleAsync(
        message -> {
          begun.add(message.payload());
          CompletableFuture<Void> end = new CompletableFuture<>();
          world.time().after(SECOND, () -> end.complete(null));
          return end;
        });
  }

  private void send(Queue<String> queue, String text, int priority, String tenant) {
    world.get(queue.send(Outgoing.of(text).priority(priority).header("tenant", tenant)));
  }

  private String begunAfter(int seconds) {
    world.advance(SECOND.multipliedBy(seconds));
    return String.join("", begun);
  }

  @Test
  void the_most_urgent_of_those_in_hand_comes_first() {
    Queue<String> queue = queue(Choice.defaults().among(100, 1 << 20));
    send(queue, "l", 0, "");
    send(queue, "n", 4, "");
    world.get(queue.send(Outgoing.of("m")));
    send(queue, "h", 9, "");

    work(queue);

    // The first two were in hand alone when the first began.
    assertThat(begunAfter(10)).isEqualTo("nhml");
  }

  @Test
  void without_a_wider_choice_only_what_is_in_hand_counts() {
    Queue<String> queue = queue(Choice.defaults());
    for (int i = 0; i < 10; i++) {
      send(queue, "l", 0, "");
    }
    send(queue, "h", 9, "");

    work(queue);

    // Two are in hand for one that may run.
    assertThat(begunAfter(20)).endsWith("h").hasSize(11);
  }

  @Test
  void tenants_come_in_turn_by_their_weight() {
    Queue<String> queue =
        queue(Choice.defaults().among(100, 1 << 20).fairByHeader("tenant").weight("g", 2));
    for (int i = 0; i < 8; i++) {
      send(queue, "l", 4, "loud");
    }
    for (int i = 0; i < 4; i++) {
      send(queue, "g", 4, "g");
    }
    send(queue, "q", 4, "quiet");

    work(queue);

    assertThat(begunAfter(5)).contains("q").containsPattern("gg");
    assertThat(begunAfter(20)).hasSize(13);
  }

  @Test
  void payloads_in_hand_are_bounded() {
    Queue<String> queue = queue(Choice.defaults().among(1_000, 10_000));
    for (int i = 0; i < 200; i++) {
      send(queue, "x".repeat(1_000), 4, "");
    }

    work(queue);
    world.advance(Duration.ofMillis(100));

    // What is handed over counts as running: about ten by their bytes, and what one attempt needs.
    assertThat(world.stats(queue).running()).isBetween(8L, 14L);
    assertThat(begunAfter(300)).hasSize(200 * 1_000);
  }

  @Test
  void payloads_in_hand_are_bounded_when_large_ones_follow_small_ones() {
    Queue<String> queue = queue(Choice.defaults().among(1_000, 100_000));
    for (int i = 0; i < 400; i++) {
      send(queue, "s", 4, "");
    }
    for (int i = 0; i < 400; i++) {
      send(queue, "x".repeat(5_000), 4, "");
    }

    work(queue);
    world.advance(Duration.ofMillis(100));

    // Beside the small ones, twenty large ones for the bound, and as many as are asked for at once.
    assertThat(world.stats(queue).running()).isBetween(410L, 460L);
  }

  @Test
  void weights_need_tenants() {
    Choice choice = Choice.defaults().weight("gold", 3);

    assertThatThrownBy(() -> queue(choice))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("no tenants to weigh");
  }

  @Test
  void as_many_as_are_asked_for_are_in_hand() {
    Queue<String> queue = queue(Choice.defaults().among(150, 1 << 20));
    for (int i = 0; i < 200; i++) {
      send(queue, "x", 4, "");
    }

    work(queue);
    world.advance(Duration.ofMillis(100));

    assertThat(world.stats(queue).running()).isBetween(112L, 151L);
  }

  @Test
  void a_changed_choice_orders_what_is_in_hand_anew() {
    Queue<String> queue = queue(Choice.defaults().among(100, 1 << 20));
    send(queue, "0", 4, "");
    work(queue);
    world.advance(Duration.ofMillis(1));
    for (int i = 0; i < 3; i++) {
      send(queue, "l", 4, "loud");
    }
    send(queue, "q", 4, "quiet");
    world.advance(Duration.ofMillis(1));

    world.redrive().queue(options(Choice.defaults().among(100, 1 << 20).fairByHeader("tenant")));

    assertThat(begunAfter(10)).isEqualTo("0lqll");
  }

  @Test
  void a_paused_queue_gives_all_back() {
    Queue<String> queue = queue(Choice.defaults().among(100, 1 << 20));
    for (int i = 0; i < 20; i++) {
      send(queue, "x", i % 10, "");
    }
    work(queue);
    world.advance(Duration.ofMillis(1));

    queue.pause("planned");
    world.advance(SECOND.multipliedBy(2));

    assertThat(world.stats(queue).waiting()).isEqualTo(19);
    queue.resume();
    assertThat(begunAfter(30)).hasSize(20);
  }
}
