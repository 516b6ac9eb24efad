// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Delivery;
import dev.redrive.Queue;
import dev.redrive.Worker;
import dev.redrive.core.TroubledTransport.Trouble;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A transport that fails in the middle: nothing may hang, and places and credit must come back. */
class TroubleTest {
  private static final List<Trouble> TROUBLES =
      List.of(
          Trouble.THROWS, Trouble.FAILS, Trouble.STALE, Trouble.UNKNOWN, Trouble.DONE_BUT_UNKNOWN);

  private final World world = new World();
  private final Queue<String> queue = world.queue(options -> options.concurrency(2));
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    world.close();
  }

  /** Lets the transport's leases end, which nobody renews any more. */
  private void leasesEnd() {
    world.advance(Duration.ofSeconds(31));
  }

  @Test
  void what_cannot_begin_is_not_handled_and_comes_again() {
    queue.handle(log::note);
    int sent = 0;
    for (Trouble trouble : TROUBLES) {
      world.transport().beginning(trouble);
      for (int i = 0; i < 9; i++) {
        world.send(queue, trouble + " " + i);
        sent++;
      }
      world.advance(Duration.ofMinutes(10));
      int handled = log.attempts().size();
      assertThat(handled).as("handled under %s", trouble).isEqualTo(sent - 9);
      world.transport().beginning(Trouble.NONE);

      leasesEnd();

      assertThat(log.attempts()).as("handled after %s", trouble).hasSize(sent);
    }
    assertThat(log.attempts()).allMatch(attempt -> attempt.endsWith(" 1")).doesNotHaveDuplicates();
    assertThat(world.transport().outstandingMost()).isLessThan(1_000);
    assertThat(world.stats(queue).succeeded()).isEqualTo(sent);
  }

  /** A broker that is blocked takes no copies, and acknowledgements all the same. */
  @Test
  void success_does_not_wait_for_the_copy_of_another_message() {
    world.transport().overlap();
    world.transport().settling(Trouble.COPIES_NEVER_ANSWER);
    queue.handle(
        message -> {
          if (message.id().equals("bad")) {
            throw new IOException("planned");
          }
        });
    world.send(queue, "bad");
    world.advance(Duration.ofSeconds(2));

    for (int i = 0; i < 9; i++) {
      world.send(queue, "good " + i);
    }

    assertThat(world.stats(queue).succeeded()).isEqualTo(9);
  }

  @Test
  void what_could_not_be_asked_for_is_asked_for_again() {
    queue.handle(log::note);
    for (int i = 0; i < 9; i++) {
      world.transport().refuseRequests(3);
      world.send(queue, "m" + i);
    }

    world.advance(Duration.ofSeconds(30));

    assertThat(log.attempts()).hasSize(9);
    assertThat(world.transport().outstanding()).as("the window").isEqualTo(4);
    assertThat(world.transport().outstandingMost()).isEqualTo(4);
  }

  @Test
  void what_could_not_be_asked_for_at_the_start_is_asked_for_again() {
    world.transport().refuseRequests(2);
    queue.handle(log::note);
    world.send(queue, "a");
    assertThat(log.attempts()).isEmpty();

    world.advance(Duration.ofSeconds(30));

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void what_could_not_be_asked_for_is_not_asked_for_once_the_queue_is_paused() {
    world.transport().refuseRequests(1);
    queue.handle(log::note);
    queue.pause("maintenance");
    world.send(queue, "a");

    world.advance(Duration.ofSeconds(30));

    assertThat(world.transport().outstanding()).isZero();
    assertThat(world.time().pending()).as("what goes on for nothing").isZero();
  }

  @Test
  void who_is_in_line_for_a_lease_gets_what_could_not_be_asked_for_at_first() {
    world.transport().refuseRequests(2);
    CompletionStage<List<Delivery<String>>> waiting =
        queue.lease(1, Duration.ofSeconds(20), Duration.ofMinutes(1));
    world.send(queue, "a");

    world.advance(Duration.ofSeconds(19));

    assertThat(world.get(waiting)).hasSize(1);
  }

  @Test
  void an_attempt_begins_soon_after_the_answer_to_its_beginning_was_lost() {
    queue.handle(log::note);
    for (Trouble trouble :
        List.of(Trouble.THROWS, Trouble.FAILS, Trouble.UNKNOWN, Trouble.DONE_BUT_UNKNOWN)) {
      world.transport().beginning(trouble);
      world.send(queue, trouble.name());
      world.transport().beginning(Trouble.NONE);

      world.advance(Duration.ofSeconds(1));

      assertThat(log.attempts()).last().isEqualTo(trouble + " 1");
    }
    assertThat(world.stats(queue).succeeded()).isEqualTo(4);
  }

  @Test
  void a_consumer_gets_its_delivery_though_an_answer_to_the_beginning_was_lost() {
    world.send(queue, "a");
    world.transport().beginning(Trouble.UNKNOWN);
    CompletionStage<List<Delivery<String>>> waiting =
        queue.lease(1, Duration.ofSeconds(20), Duration.ofMinutes(1));
    world.run();
    world.transport().beginning(Trouble.NONE);

    world.advance(Duration.ofSeconds(1));

    assertThat(world.get(waiting)).hasSize(1);
  }

  @Test
  void what_cannot_be_settled_comes_again_and_blocks_nothing() {
    Worker worker = queue.handle(log::note);
    for (Trouble trouble : TROUBLES) {
      int before = log.attempts().size();
      world.transport().settling(trouble);
      for (int i = 0; i < 9; i++) {
        world.send(queue, trouble + " " + i);
      }
      world.run();
      assertThat(log.attempts()).as("all are handled under %s", trouble).hasSize(before + 9);
      assertThat(worker.runningCount()).isZero();
      world.transport().settling(Trouble.NONE);

      leasesEnd();

      boolean wasDone = trouble == Trouble.DONE_BUT_UNKNOWN;
      assertThat(log.attempts())
          .as("and again after %s", trouble)
          .hasSize(before + (wasDone ? 9 : 18));
    }
    assertThat(world.stats(queue).succeeded()).isEqualTo(9L * TROUBLES.size());
    assertThat(world.stats(queue).running()).isZero();
  }

  @Test
  void a_failure_that_cannot_be_settled_is_tried_again_with_the_same_number() {
    queue.handle(
        message -> {
          log.note(message);
          throw new IOException("planned");
        });
    world.transport().settling(Trouble.FAILS);
    world.send(queue, "a");
    world.transport().settling(Trouble.NONE);

    world.advance(Duration.ofHours(1));

    assertThat(log.attempts()).containsExactly("a 1", "a 1", "a 2", "a 3");
    assertThat(world.dead(queue, "a").attempts()).isEqualTo(3);
  }

  @Test
  void nothing_is_told_of_what_did_not_take_effect() {
    queue.handle(log::note);
    for (Trouble trouble : List.of(Trouble.FAILS, Trouble.STALE, Trouble.UNKNOWN)) {
      world.transport().settling(trouble);
      world.send(queue, trouble.name());
    }

    assertThat(world.journal().lines()).noneMatch(line -> line.startsWith("Succeeded"));
  }

  @Test
  void leases_are_renewed_on_and_on_though_a_renewal_fails() {
    Gate gate = new Gate();
    Queue<String> slow = world.queue(options -> options.timeout(Duration.ofHours(1)));
    slow.handleAsync(gate);
    world.send(slow, "a");
    for (Trouble trouble : List.of(Trouble.THROWS, Trouble.FAILS, Trouble.STALE)) {
      world.transport().renewing(trouble);
      world.advance(Duration.ofSeconds(15));
      world.transport().renewing(Trouble.NONE);
      world.advance(Duration.ofSeconds(15));
    }

    world.advance(Duration.ofMinutes(10));
    gate.succeed("a");
    world.run();

    assertThat(gate.began()).containsExactly("a 1");
    assertThat(world.stats(slow).succeeded()).isEqualTo(1);
  }

  @Test
  void a_lease_that_is_lost_is_fenced() {
    Gate gate = new Gate();
    Queue<String> slow = world.queue(options -> options.timeout(Duration.ofHours(1)));
    slow.handleAsync(gate);
    world.send(slow, "a");
    world.transport().renewing(Trouble.NEVER_ANSWERS);

    world.advance(Duration.ofSeconds(41));
    assertThat(gate.began()).containsExactly("a 1", "a 1");
    gate.succeed("a");
    world.run();

    assertThat(world.stats(slow).succeeded()).isEqualTo(1);
    assertThat(world.journal().lines()).containsOnlyOnce("Succeeded a 1");
  }

  @Test
  void settlements_gather_while_the_transport_is_slow_and_slow_the_intake_down() {
    queue.handle(log::note);
    world.transport().settling(Trouble.ANSWERS_LATE);
    for (int i = 0; i < 50; i++) {
      world.send(queue, "m" + i);
    }

    // With two slots, twelve ends may be on their way besides the four in hand; then nothing more
    // comes until settlements are answered.
    assertThat(log.attempts()).hasSize(16);
    world.transport().settling(Trouble.NONE);
    world.transport().answerLate();
    world.run();

    assertThat(log.attempts()).hasSize(50);
    assertThat(world.stats(queue).succeeded()).isEqualTo(50);
  }

  @Test
  void a_message_that_was_settled_elsewhere_frees_its_place() {
    Gate gate = new Gate();
    Queue<String> one = world.queue(options -> options.concurrency(1));
    one.handleAsync(gate);
    world.send(one, "a", "b", "c");
    world.transport().settling(Trouble.STALE);
    gate.succeed("a");
    world.run();

    assertThat(gate.running()).containsExactly("b");
    world.transport().settling(Trouble.NONE);
    gate.succeed("b");
    world.run();
    assertThat(gate.running()).containsExactly("c");
  }
}
