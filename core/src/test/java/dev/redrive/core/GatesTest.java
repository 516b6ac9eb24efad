// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Event;
import dev.redrive.MessageState;
import dev.redrive.Queue;
import dev.redrive.gate.Answer;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateView;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands in front of attempts. */
class GatesTest {
  private static final Duration BRIEF = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final World world = new World();
  private final Doorman doorman = new Doorman();
  private final Queue<String> queue = queue(2);
  private final Gate gate = new Gate();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
    assertThat(doorman.inside()).as("permits that were never told an end").isZero();
  }

  private Queue<String> queue(int concurrency) {
    return world.queue(options -> options.concurrency(concurrency).gates(doorman));
  }

  @Test
  void a_gate_that_throws_when_it_is_asked_is_asked_again_after_a_second() {
    doorman.says(
        candidate -> {
          throw new IllegalStateException("planned");
        });
    queue.handle(log::note);
    world.send(queue, "a");
    world.advance(BRIEF.minusNanos(1));
    assertThat(doorman.asked()).hasSize(1);

    doorman.passesAll();
    world.advance(Duration.ofNanos(1));

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void a_later_gates_wait_gives_the_earlier_permits_back() {
    Doorman second = new Doorman();
    Queue<String> guarded = world.queue(options -> options.gates(doorman, second));
    second.keepsAllWaiting(BRIEF);
    guarded.handle(log::note);
    world.send(guarded, "a");
    world.run();

    assertThat(doorman.told()).containsExactly("unused a 1");
    second.passesAll();
    world.advance(BRIEF);
    assertThat(doorman.told()).containsExactly("unused a 1", "succeeded a 1");
  }

  @Test
  void a_brief_wait_of_all_is_spent_in_hand() {
    doorman.keepsAllWaiting(BRIEF);
    queue.handle(log::note);
    world.send(queue, "a", "b", "c");
    world.advance(BRIEF.minusNanos(1));
    assertThat(doorman.asked()).as("one for all").containsExactly("a 1");
    assertThat(world.transport().settlements()).isZero();
    assertThat(world.transport().outstandingMost()).as("the window").isEqualTo(4);

    doorman.passesAll();
    world.advance(Duration.ofNanos(1));

    assertThat(log.attempts()).containsExactly("a 1", "b 1", "c 1");
    assertThat(log.times()).containsOnly(BRIEF);
  }

  @Test
  void a_long_wait_of_all_gives_back_what_is_in_hand_and_hands_nothing_over() {
    queue.handle(log::note);
    doorman.keepsAllWaiting(LONG);
    world.send(queue, "a", "b", "c");
    world.run();

    assertThat(world.stats(queue).running()).as("leased").isZero();
    assertThat(world.transport().asked()).as("asked for").isZero();
    int settlements = world.transport().settlements();
    assertThat(world.find(queue, "a").orElseThrow().state()).isEqualTo(MessageState.HELD);
    world.advance(LONG.minusNanos(1));
    assertThat(world.transport().settlements()).as("no churn").isEqualTo(settlements);
    assertThat(doorman.asked()).containsExactly("a 1");

    doorman.passesAll();
    world.advance(Duration.ofNanos(1));
    assertThat(log.attempts()).containsExactly("a 1", "b 1", "c 1");
    assertThat(world.stats(queue).succeeded()).isEqualTo(3);
  }

  @Test
  void a_queue_that_loses_its_gates_in_a_long_wait_soon_runs_as_many_as_ever() {
    Queue<String> wide = queue(50);
    wide.handleAsync(gate);
    doorman.keepsAllWaiting(LONG);
    for (int i = 0; i < 60; i++) {
      world.send(wide, "m" + i);
    }
    world.advance(LONG);

    world.queue(options -> options.concurrency(50));
    world.advance(BRIEF);

    assertThat(gate.running()).hasSize(50);
  }

  @Test
  void a_gate_that_answers_nothing_lets_nobody_pass() {
    queue.handle(log::note);
    doorman.says(candidate -> null);
    world.send(queue, "a");
    world.run();
    assertThat(log.attempts()).isEmpty();

    doorman.passesAll();
    world.advance(BRIEF);
    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void after_a_long_wait_few_are_asked_for_until_some_pass() {
    Queue<String> wide = queue(50);
    wide.handleAsync(gate);
    doorman.keepsAllWaiting(LONG);
    for (int i = 0; i < 200; i++) {
      world.send(wide, "m" + i);
    }
    for (int i = 0; i < 3; i++) {
      world.advance(LONG);
    }
    int settled = world.transport().settlements();
    world.advance(LONG);
    assertThat(world.transport().settlements() - settled).as("given back a probe").isEqualTo(1);

    doorman.passesAll();
    world.advance(LONG);
    assertThat(gate.running()).hasSize(50);
  }

  @Test
  void a_wait_of_one_message_holds_nobody_else_up() {
    doorman.keepsWaiting("a", BRIEF);
    queue.handle(log::note);
    world.send(queue, "a", "b", "c");
    assertThat(log.attempts()).containsExactly("b 1", "c 1");

    doorman.passesAll();
    world.advance(BRIEF);

    assertThat(log.attempts()).containsExactly("b 1", "c 1", "a 1");
    assertThat(world.journal().of(Event.Deferred.class)).isEmpty();
  }

  @Test
  void a_long_wait_of_one_message_is_spent_in_the_transport_and_explained() {
    doorman.keepsWaiting("a", LONG);
    queue.handle(log::note);
    world.send(queue, "a", "b");

    assertThat(log.attempts()).containsExactly("b 1");
    assertThat(world.stats(queue).running()).isZero();
    assertThat(world.find(queue, "a").orElseThrow().history())
        .last()
        .satisfies(
            last -> {
              assertThat(last.to()).isEqualTo(MessageState.HELD);
              assertThat(last.cause()).isEqualTo("not this one");
              assertThat(last.attempt()).isZero();
            });
    doorman.passesAll();
    world.advance(LONG.minusNanos(1));
    assertThat(log.attempts()).hasSize(1);
    world.advance(Duration.ofMillis(1));
    assertThat(log.attempts()).containsExactly("b 1", "a 1");
  }

  @Test
  void what_stands_aside_is_bounded() {
    doorman.says(candidate -> new Answer.Wait(Duration.ofSeconds(2), "each", Answer.Reach.MESSAGE));
    queue.handle(log::note);
    for (int i = 0; i < 3_000; i++) {
      world.send(queue, "m" + i);
    }

    assertThat(world.transport().outstanding()).isLessThanOrEqualTo(Aside.MESSAGES_MAX + 4);
    doorman.passesAll();
    world.advance(Duration.ofSeconds(10));
    assertThat(log.attempts()).hasSize(3_000).doesNotHaveDuplicates();
  }

  @Test
  void an_end_lets_the_next_one_ask_at_once() {
    doorman.says(
        candidate ->
            doorman.inside() < 1
                ? doorman.pass(candidate)
                : new Answer.Wait(Duration.ofSeconds(2), "one at a time", Answer.Reach.QUEUE));
    queue.handleAsync(gate);
    world.send(queue, "a", "b", "c");
    assertThat(gate.running()).containsExactly("a");

    gate.succeed("a");
    world.run();
    assertThat(gate.running()).containsExactly("b");
    gate.succeed("b");
    world.run();
    gate.succeed("c");
    world.run();

    assertThat(log.times()).isEmpty();
    assertThat(world.elapsed()).isZero();
    assertThat(world.stats(queue).succeeded()).isEqualTo(3);
  }

  @Test
  void an_end_lets_one_of_its_key_ask_at_once() {
    doorman.says(
        candidate ->
            gate.running().stream().anyMatch(each -> each.startsWith(candidate.key().orElse("")))
                ? new Answer.Wait(Duration.ofSeconds(2), "one of a key", Answer.Reach.MESSAGE)
                : doorman.pass(candidate));
    queue(4).handleAsync(gate);
    for (String id : new String[] {"a1", "a2", "a3", "b1", "b2"}) {
      world.get(queue.send(message(id).key(id.substring(0, 1))));
    }
    assertThat(gate.running()).containsExactly("a1", "b1");

    gate.succeed("a1");
    world.run();

    assertThat(gate.running()).containsExactly("b1", "a2");
    assertThat(world.elapsed()).isZero();
    gate.succeed("b1");
    gate.succeed("a2");
    world.run();
    gate.succeed("a3");
    gate.succeed("b2");
  }

  @Test
  void a_message_that_waits_is_not_overtaken_by_its_key() {
    Queue<String> ordered = world.queue(options -> options.concurrency(4).gates(doorman).ordered());
    ordered.handle(log::note);
    for (Duration wait : new Duration[] {BRIEF, LONG}) {
      log.attempts().clear();
      doorman.keepsWaiting("a1" + wait, wait);
      for (String id : new String[] {"a1", "a2", "b1"}) {
        world.get(ordered.send(message(id + wait).key(id.substring(0, 1))));
      }
      world.run();
      assertThat(log.attempts()).containsExactly("b1" + wait + " 1");

      doorman.passesAll();
      world.advance(wait.plusMillis(1));
      assertThat(log.attempts())
          .containsExactly("b1" + wait + " 1", "a1" + wait + " 1", "a2" + wait + " 1");
    }
  }

  @Test
  void a_pause_gives_back_what_waits_at_a_gate() {
    doorman.says(
        candidate ->
            new Answer.Wait(
                BRIEF,
                "not now",
                candidate.id().equals("a") ? Answer.Reach.MESSAGE : Answer.Reach.QUEUE));
    queue.handle(log::note);
    world.send(queue, "a", "b", "c");

    queue.pause("maintenance");
    world.run();
    assertThat(world.stats(queue).running()).isZero();
    doorman.passesAll();
    world.advance(LONG);
    assertThat(log.attempts()).isEmpty();
    queue.resume();
    world.run();

    assertThat(log.attempts()).containsExactly("a 1", "b 1", "c 1");
  }

  @Test
  void a_message_that_waits_beyond_its_deadline_dies_of_that() {
    doorman.keepsAllWaiting(BRIEF);
    queue.handle(log::note);
    world.get(queue.send(message("a").deadline(world.now().plusMillis(500))));

    doorman.passesAll();
    world.advance(BRIEF);

    assertThat(log.attempts()).isEmpty();
    assertThat(world.dead(queue, "a").attempts()).isZero();
  }

  @Test
  void a_gate_stays_as_it_is_when_its_queue_is_declared_anew() {
    int[] made = {0};
    dev.redrive.gate.GateFactory factory =
        (subject, time) -> {
          made[0]++;
          return doorman;
        };
    world.queue(options -> options.gates(factory));
    world.queue(options -> options.gates(factory).concurrency(3));
    assertThat(made[0]).isEqualTo(1);

    world.queue(options -> options.gates(factory, factory));
    assertThat(made[0]).isEqualTo(2);
  }

  @Test
  void gates_can_be_seen() {
    doorman.keepsAllWaiting(LONG);

    assertThat(queue.gates())
        .containsExactly(new GateView("doorman", new GateStatus(GateStatus.State.HOLDING, "")));
  }
}
