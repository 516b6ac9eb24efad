// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Queue;
import dev.redrive.Transition;
import dev.redrive.retry.HoldException;
import dev.redrive.retry.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a message's history tells (promise P7). */
class HistoryTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(1));
  private final Gate gate = new Gate();

  @AfterEach
  void close() {
    world.close();
  }

  private static List<String> lines(List<Transition> history) {
    return history.stream()
        .map(each -> each.to().wireName() + " " + each.attempt() + " " + each.cause())
        .toList();
  }

  private List<String> dead(String id) {
    return lines(world.dead(queue, id).history());
  }

  private List<String> found(String id) {
    return lines(world.find(queue, id).orElseThrow().history());
  }

  @Test
  void what_waits_tells_that_it_was_sent() {
    world.send(queue, "a");
    world.get(queue.send(message("later").after(MINUTE)));

    assertThat(found("a")).containsExactly("ready 0 sent");
    assertThat(found("later")).containsExactly("scheduled 0 sent");
    assertThat(world.find(queue, "a").orElseThrow().history().get(0).at()).isEqualTo(world.now());
  }

  @Test
  void a_scheduled_message_tells_when_it_was_sent_when_it_dies() {
    queue.handleAsync(gate);
    world.get(queue.send(message("a").after(MINUTE)));
    world.advance(MINUTE);
    gate.fail("a", new RejectedException("no such customer"));
    world.run();

    assertThat(dead("a"))
        .containsExactly("scheduled 0 sent", "dead 1 RejectedException: no such customer");
    assertThat(found("a")).isEqualTo(dead("a"));
    assertThat(world.dead(queue, "a").history().get(0).at()).isEqualTo(world.now().minus(MINUTE));
  }

  @Test
  void a_hold_and_what_was_handed_back_are_told() {
    queue.handleAsync(gate);
    world.send(queue, "a", "b");
    gate.fail("a", new HoldException("database down", Optional.of(MINUTE)));
    world.run();
    world.advance(MINUTE);
    assertThat(gate.running()).containsExactly("a");
    gate.fail("a", new IOException("planned"));
    world.run();
    queue.pause("maintenance");
    world.advance(Duration.ofSeconds(5));
    queue.resume();
    world.run();
    while (!gate.running().isEmpty()) {
      gate.fail(gate.running().get(0), new RejectedException("planned"));
      world.run();
    }

    assertThat(dead("a"))
        .containsExactly(
            "ready 0 sent",
            "held 0 database down",
            "retrying 1 IOException: planned",
            "dead 2 RejectedException: planned");
    assertThat(dead("b"))
        .containsExactly(
            "ready 0 sent", "ready 0 the queue was paused", "dead 1 RejectedException: planned");
  }

  @Test
  void what_happens_again_and_again_is_told_once() {
    queue.handleAsync(gate);
    world.send(queue, "a");
    gate.fail("a", new IOException("planned"));
    world.advance(Duration.ofSeconds(1));
    for (int i = 0; i < 50; i++) {
      gate.fail("a", new HoldException("database down", Optional.of(MINUTE)));
      world.advance(MINUTE);
    }
    gate.fail("a", new RejectedException("planned"));
    world.run();

    assertThat(dead("a"))
        .containsExactly(
            "ready 0 sent",
            "retrying 1 IOException: planned",
            "held 1 database down",
            "dead 2 RejectedException: planned");
  }

  @Test
  void a_crash_before_a_hold_is_told_before_it() {
    queue.handleAsync(gate);
    world.send(queue, "a");

    world.crash();
    Gate other = new Gate();
    Queue<String> again = world.queue();
    again.handleAsync(other);
    world.run();
    other.fail("a", new HoldException("database down", Optional.of(MINUTE)));
    world.advance(MINUTE);
    other.fail("a", new RejectedException("planned"));
    world.run();

    assertThat(lines(world.dead(again, "a").history()))
        .containsExactly(
            "ready 0 sent",
            "retrying 1 the process ended in the middle of the attempt",
            "held 1 database down",
            "dead 2 RejectedException: planned");
  }

  @Test
  void what_another_program_went_through_with_it_comes_first() {
    queue.handleAsync(gate);
    world.get(
        queue.send(
            message("a").header("reason_poisoned", "refused").header("topic_poisoned", "orders")));
    world.run();
    gate.fail("a", new RejectedException("no"));
    world.run();

    assertThat(dead("a"))
        .containsExactly(
            "dead 0 Watermill dead-lettered it out of orders: refused",
            "ready 0 sent",
            "dead 1 RejectedException: no");
    assertThat(world.dead(queue, "a").headers())
        .containsOnlyKeys("reason_poisoned", "topic_poisoned");
  }
}
