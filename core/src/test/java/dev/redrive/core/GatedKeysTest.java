// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.IdempotencyKey;
import dev.redrive.Queue;
import dev.redrive.core.TroubledStore.Trouble;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gates hear of messages that passed them, and whose key then kept them from an attempt. */
class GatedKeysTest {
  private final KeyScene scene = new KeyScene();
  private final World world = scene.world();
  private final Doorman doorman = new Doorman();
  private final Queue<String> queue =
      scene.declared(IdempotencyKey.header("key"), options -> options.gates(doorman));
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    scene.close();
    assertThat(doorman.inside()).as("permits that were never told an end").isZero();
  }

  @Test
  void a_duplicate_gives_its_permit_back() {
    queue.handle(log::note);
    scene.send("a", "1");
    scene.send("b", "1");

    assertThat(doorman.told()).containsExactly("succeeded a 1", "unused b 1");
  }

  @Test
  void a_message_whose_key_is_busy_gives_its_permit_back() {
    queue.handleAsync(new Gate());
    scene.send("a", "1");
    scene.send("b", "1");

    assertThat(doorman.told()).containsExactly("unused b 1");
  }

  @Test
  void a_message_without_a_key_gives_its_permit_back() {
    queue.handle(log::note);
    world.send(queue, "a");

    assertThat(doorman.told()).containsExactly("unused a 1");
  }

  @Test
  void a_message_that_waits_for_its_store_passes_once() {
    scene.store().trouble(Trouble.FAILS);
    queue.handle(log::note);
    scene.send("a", "1");
    world.advance(Duration.ofMinutes(1));
    assertThat(doorman.told()).isEmpty();
    scene.store().trouble(Trouble.NONE);

    world.advance(Duration.ofSeconds(10));

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(doorman.asked()).containsExactly("a 1");
    assertThat(doorman.told()).containsExactly("succeeded a 1");
  }

  @Test
  void a_message_that_expires_while_it_waits_for_its_store_gives_its_permit_back() {
    scene.store().trouble(Trouble.FAILS);
    queue.handle(log::note);
    world.get(queue.send(KeyScene.message("a", "1").deadline(world.now().plusSeconds(20))));

    world.advance(Duration.ofMinutes(1));

    assertThat(doorman.told()).containsExactly("unused a 1");
  }
}
