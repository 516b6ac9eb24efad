// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Successors;
import dev.redrive.retry.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderedTest {
  private final World world = new World();
  private final Queue<String> queue = world.queue(QueueOptions.Builder::ordered);
  private final Gate gate = new Gate();

  @AfterEach
  void close() {
    world.close();
  }

  private void send(String id, String key) {
    world.get(queue.send(message(id).key(key)));
  }

  @Test
  void messages_of_one_key_run_one_after_another_and_keys_beside_each_other() {
    queue.handleAsync(gate);
    for (int i = 0; i < 3; i++) {
      send("a" + i, "a");
      send("b" + i, "b");
    }

    assertThat(gate.running()).containsExactly("a0", "b0");
    gate.succeed("a0");
    world.run();
    assertThat(gate.running()).containsExactly("b0", "a1");
    gate.succeed("a1");
    world.run();
    gate.succeed("a2");
    gate.succeed("b0");
    world.run();

    assertThat(gate.began()).containsExactly("a0 1", "b0 1", "a1 1", "a2 1", "b1 1");
  }

  @Test
  void a_retry_holds_up_its_own_key_and_no_other() {
    queue.handleAsync(gate);
    send("a0", "a");
    send("a1", "a");
    send("b0", "b");

    gate.fail("a0", new IOException("planned"));
    gate.succeed("b0");
    world.run();
    send("b1", "b");
    assertThat(gate.running()).containsExactly("b1");
    world.advance(Duration.ofSeconds(1));

    assertThat(gate.began()).containsExactly("a0 1", "b0 1", "b1 1", "a0 2");
    gate.succeed("a0");
    world.run();
    assertThat(gate.began()).endsWith("a1 1");
  }

  @Test
  void a_dead_letter_holds_up_its_key_until_a_person_takes_it_out_of_the_way() {
    queue.handleAsync(gate);
    send("a0", "a");
    send("a1", "a");
    gate.fail("a0", new RejectedException("planned"));
    world.advance(Duration.ofHours(1));
    assertThat(gate.running()).isEmpty();

    int purged = world.get(queue.deadLetters().purge(DeadLetterFilter.ids(Set.of("a0")), 1));
    world.run();

    assertThat(purged).isEqualTo(1);
    assertThat(gate.running()).containsExactly("a1");
    assertThat(world.journal().lines()).contains("Purged");
  }

  @Test
  void a_message_that_is_given_back_keeps_its_place_in_its_key() {
    queue.handleAsync(gate);
    send("a0", "a");
    send("a1", "a");

    queue.pause("maintenance");
    gate.fail("a0", new IOException("planned"));
    queue.resume();
    world.advance(Duration.ofSeconds(10));
    gate.succeed("a0");
    world.run();

    assertThat(gate.began()).containsExactly("a0 1", "a0 2", "a1 1");
  }

  @Test
  void order_is_kept_whatever_fails_however_often() {
    Random random = new Random(11);
    Map<String, List<Integer>> succeeded = new HashMap<>();
    queue.handle(
        message -> {
          if (random.nextInt(3) == 0 && message.attempt() < 3) {
            throw new IOException("planned");
          }
          succeeded
              .computeIfAbsent(message.key().orElseThrow(), key -> new ArrayList<>())
              .add(Integer.parseInt(message.id()));
        });
    for (int i = 100; i < 400; i++) {
      send("" + i, "key " + random.nextInt(7));
    }

    world.advance(Duration.ofDays(1));

    assertThat(succeeded).hasSize(7).allSatisfy((key, ids) -> assertThat(ids).isSorted());
    assertThat(world.stats(queue).succeeded()).isEqualTo(300);
  }

  @Test
  void where_others_go_on_a_failing_key_waits_only_as_long_as_it_is_retried() {
    world.queue(options -> options.ordered(Successors.GO_ON));
    queue.handleAsync(gate);
    for (int i = 0; i < 3; i++) {
      send("a" + i, "a");
    }

    gate.fail("a0", new IOException("planned"));
    world.run();
    assertThat(gate.running()).as("a0 is retried").isEmpty();
    world.advance(Duration.ofSeconds(1));
    gate.fail("a0", new RejectedException("planned"));
    world.run();
    assertThat(gate.running()).containsExactly("a1");
    assertThat(world.get(queue.deadLetters().replay(DeadLetterFilter.all(), 1))).isEqualTo(1);
    for (String id : List.of("a1", "a2", "a0")) {
      assertThat(gate.running()).containsExactly(id);
      gate.succeed(id);
      world.run();
    }

    assertThat(gate.began()).containsExactly("a0 1", "a0 2", "a1 1", "a2 1", "a0 1");
    assertThat(world.stats(queue).succeeded()).isEqualTo(3);
  }
}
