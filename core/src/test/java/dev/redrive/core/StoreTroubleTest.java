// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Delivery;
import dev.redrive.IdempotencyKey;
import dev.redrive.Settled;
import dev.redrive.core.TroubledStore.Trouble;
import dev.redrive.idempotency.Begun;
import dev.redrive.retry.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An idempotency store that cannot be asked, and what is leased while it can. */
class StoreTroubleTest {
  private final KeyScene scene = new KeyScene();
  private final World world = scene.world();
  private final World.Log log = world.log();

  @AfterEach
  void close() {
    scene.close();
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void messages_wait_uncounted_for_a_store_that_cannot_be_asked(Trouble trouble) {
    scene.queue().handle(log::note);
    scene.store().trouble(trouble);
    for (int i = 0; i < 9; i++) {
      scene.send("m" + i, "k" + i);
    }
    world.advance(Duration.ofMinutes(30));
    assertThat(log.attempts()).isEmpty();
    assertThat(scene.status().trouble()).isPresent();
    assertThat(scene.status().waitingCount()).isBetween(0, 2);

    scene.store().trouble(Trouble.NONE);
    scene.store().answerLate();
    world.advance(KeyScene.LEASE);

    assertThat(log.attempts()).hasSize(9).allMatch(attempt -> attempt.endsWith(" 1"));
    assertThat(scene.status().trouble()).isEmpty();
    assertThat(scene.status().waitingCount()).isZero();
  }

  @Test
  void a_store_that_is_down_is_asked_in_moderation() {
    scene.queue().handle(log::note);
    scene.store().trouble(Trouble.FAILS);
    for (int i = 0; i < 50; i++) {
      scene.send("m" + i, "k" + i);
    }

    world.advance(Duration.ofMinutes(10));

    assertThat(scene.store().calls()).hasSizeBetween(100, 500);
    assertThat(world.transport().settlements()).isZero();
  }

  @Test
  void crashes_cost_no_attempt_while_a_store_is_down() {
    scene.store().trouble(Trouble.FAILS);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    for (int i = 0; i < 5; i++) {
      world.advance(Duration.ofMinutes(1));
      scene.crash();
      scene.queue().handle(log::note);
    }
    scene.store().trouble(Trouble.NONE);
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void a_key_that_was_given_too_late_is_given_back() {
    scene.store().trouble(Trouble.ANSWERS_LATE);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    world.advance(Duration.ofSeconds(5));
    scene.store().trouble(Trouble.NONE);
    scene.store().answerLate();
    assertThat(scene.store().calls()).last().isEqualTo("release orders/1");

    world.advance(Duration.ofSeconds(10));

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void a_message_whose_deadline_passes_while_it_waits_for_the_store_is_not_attempted() {
    scene.store().trouble(Trouble.FAILS);
    scene.queue().handle(log::note);
    world.get(scene.queue().send(KeyScene.message("a", "1").deadline(world.now().plusSeconds(20))));

    world.advance(Duration.ofMinutes(1));

    assertThat(world.dead(scene.queue(), "a").reason()).isEqualTo(Reason.EXPIRED);
    assertThat(world.dead(scene.queue(), "a").attempts()).isZero();
  }

  @Test
  void a_message_that_waits_for_the_store_goes_back_at_a_pause() {
    scene.store().trouble(Trouble.FAILS);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    world.advance(Duration.ofMinutes(1));

    scene.queue().pause("planned");
    world.advance(Duration.ofSeconds(10));

    assertThat(world.stats(scene.queue()).running()).isZero();
    assertThat(world.transport().outstanding()).isZero();
    scene.store().trouble(Trouble.NONE);
    scene.queue().resume();
    world.run();
    assertThat(log.attempts()).containsExactly("a 1");
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void what_was_done_is_stored_before_it_is_acknowledged(Trouble trouble) {
    scene.queue().handle(log::note);
    scene.store().troubleAtEnd(trouble);
    scene.send("a", "1");
    world.advance(Duration.ofMinutes(1));
    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(world.stats(scene.queue()).succeeded()).isZero();

    scene.store().troubleAtEnd(Trouble.NONE);
    world.advance(Duration.ofSeconds(20));
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
    scene.send("b", "1");

    assertThat(log.attempts()).containsExactly("a 1");
    assertThat(scene.status().unstoredCount()).isZero();
  }

  @Test
  void what_cannot_be_stored_until_the_lease_ends_is_acknowledged_and_counted() {
    scene.queue().handle(log::note);
    scene.store().troubleAtEnd(Trouble.FAILS);
    scene.send("a", "1");

    world.advance(KeyScene.LEASE.plusSeconds(10));

    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
    assertThat(scene.status().unstoredCount()).isEqualTo(1);
    scene.store().troubleAtEnd(Trouble.NONE);
    scene.send("b", "1");
    assertThat(log.attempts()).as("as is said in the log").containsExactly("a 1", "b 1");
  }

  @Test
  void closing_acknowledges_what_was_done_and_cannot_be_stored() {
    scene.queue().handle(log::note);
    scene.store().troubleAtEnd(Trouble.NEVER_ANSWERS);
    scene.send("a", "1");
    world.redrive().close(Duration.ZERO);
    world.run();
    world.reopen();

    assertThat(world.stats(scene.declared(IdempotencyKey.header("key"))).succeeded()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void a_key_that_cannot_be_freed_has_the_retry_wait_uncounted(Trouble trouble) {
    scene
        .queue()
        .handle(
            message -> {
              if (log.note(message) == 1) {
                throw new IOException("planned");
              }
            });
    scene.store().troubleAtEnd(trouble);
    scene.send("a", "1");
    world.advance(Duration.ofSeconds(20));
    scene.store().trouble(Trouble.NONE);

    world.advance(KeyScene.LEASE);

    assertThat(log.attempts()).containsExactly("a 1", "a 2");
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
  }

  private CompletionStage<List<Delivery<String>>> lease(Duration time) {
    return scene.queue().lease(5, Duration.ofSeconds(1), time);
  }

  @Test
  void a_leased_duplicate_is_acknowledged_and_not_delivered() {
    scene.send("a", "1");
    scene.send("b", "1");
    List<Delivery<String>> got = world.get(lease(Duration.ofMinutes(1)));
    assertThat(got).hasSize(1);

    assertThat(world.get(got.get(0).ack())).isEqualTo(Settled.DONE);
    world.advance(KeyScene.LEASE);
    CompletionStage<List<Delivery<String>>> none = lease(Duration.ofMinutes(1));
    world.advance(Duration.ofSeconds(1));

    assertThat(world.get(none)).isEmpty();
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(2);
  }

  @Test
  void a_consumer_that_keeps_its_lease_keeps_the_key() {
    scene.send("a", "1");
    Delivery<String> first = world.get(lease(Duration.ofMinutes(10))).get(0);
    scene.send("b", "1");
    for (int i = 0; i < 4; i++) {
      world.advance(Duration.ofMinutes(9));
      CompletionStage<List<Delivery<String>>> second = lease(Duration.ofMinutes(1));
      world.advance(Duration.ofSeconds(1));
      assertThat(world.get(second)).isEmpty();
      assertThat(world.get(first.extend(Duration.ofMinutes(10)))).isEqualTo(Settled.DONE);
    }

    assertThat(world.get(first.ack())).isEqualTo(Settled.DONE);
    world.advance(Duration.ofMinutes(1));
    CompletionStage<List<Delivery<String>>> none = lease(Duration.ofMinutes(1));
    world.advance(Duration.ofSeconds(1));
    assertThat(world.get(none)).isEmpty();
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void a_key_that_could_not_be_kept_at_first_is_kept_later(Trouble trouble) {
    scene.send("a", "1");
    scene.store().troubleAtEnd(trouble);
    world.get(lease(Duration.ofMinutes(10)));
    world.advance(Duration.ofMinutes(1));
    scene.store().troubleAtEnd(Trouble.NONE);
    scene.send("b", "1");
    world.advance(Duration.ofMinutes(8));

    CompletionStage<List<Delivery<String>>> second = lease(Duration.ofMinutes(1));
    world.advance(Duration.ofSeconds(1));

    assertThat(world.get(second)).isEmpty();
  }

  @Test
  void a_key_is_asked_for_no_more_once_its_message_is_settled() {
    scene.send("a", "1");
    scene.store().troubleAtEnd(Trouble.FAILS);
    Delivery<String> delivery = world.get(lease(Duration.ofMinutes(10))).get(0);
    world.advance(Duration.ofSeconds(30));
    scene.store().troubleAtEnd(Trouble.NONE);
    delivery.ack();
    int calls = scene.store().calls().size();
    world.advance(Duration.ofMinutes(10));

    assertThat(scene.store().calls()).hasSize(calls).last().isEqualTo("complete orders/1");
  }

  @Test
  void an_attempt_that_began_late_renews_its_key_before_its_handler() {
    world.transport().beginning(TroubledTransport.Trouble.ANSWERS_LATE);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    world.advance(Duration.ofSeconds(40));
    assertThat(scene.store().calls()).containsExactly("begin orders/1");
    world.transport().beginning(TroubledTransport.Trouble.NONE);

    world.transport().answerLate();
    world.run();

    assertThat(scene.store().calls())
        .containsExactly("begin orders/1", "renew orders/1", "complete orders/1");
    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void an_attempt_that_began_when_its_key_was_lost_goes_back_uncounted() {
    world.transport().beginning(TroubledTransport.Trouble.ANSWERS_LATE);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    world.advance(KeyScene.LEASE.plusSeconds(1));
    world.transport().beginning(TroubledTransport.Trouble.NONE);
    Begun.New other = (Begun.New) world.get(scene.store().begin("orders/1", KeyScene.LEASE));
    world.get(scene.store().complete("orders/1", other.owner(), new byte[0], KeyScene.TTL));

    world.transport().answerLate();
    world.run();

    assertThat(log.attempts()).isEmpty();
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
    assertThat(scene.status().recognisedCount()).isEqualTo(1);
  }

  @Test
  void a_handler_that_gets_its_thread_too_late_is_not_called_under_a_lost_key() {
    List<Runnable> threads = new ArrayList<>();
    try (KeyScene late = new KeyScene(new World(threads::add))) {
      World.Log attempts = late.world().log();
      late.queue().handle(attempts::note);
      late.send("a", "1");
      late.world().advance(KeyScene.LEASE.plusSeconds(1));
      Begun.New other =
          (Begun.New) late.world().get(late.store().begin("orders/1", KeyScene.LEASE));
      late.world().get(late.store().complete("orders/1", other.owner(), new byte[0], KeyScene.TTL));

      List.copyOf(threads).forEach(Runnable::run);
      late.world().run();

      assertThat(attempts.attempts()).isEmpty();
      assertThat(late.world().stats(late.queue()).succeeded()).isEqualTo(1);
    }
  }

  @Test
  void a_delivery_whose_key_was_lost_is_not_given() {
    world.transport().beginning(TroubledTransport.Trouble.ANSWERS_LATE);
    scene.send("a", "1");
    CompletionStage<List<Delivery<String>>> late =
        scene.queue().lease(1, Duration.ofMinutes(10), Duration.ofMinutes(1));
    world.advance(KeyScene.LEASE.plusSeconds(1));
    world.transport().beginning(TroubledTransport.Trouble.NONE);
    Begun.New other = (Begun.New) world.get(scene.store().begin("orders/1", KeyScene.LEASE));
    world.get(scene.store().complete("orders/1", other.owner(), new byte[0], KeyScene.TTL));

    world.transport().answerLate();
    world.advance(Duration.ofMinutes(10));

    assertThat(world.get(late)).isEmpty();
    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
  }

  @Test
  void an_attempt_whose_key_cannot_be_kept_waits_uncounted_for_the_store() {
    world.transport().beginning(TroubledTransport.Trouble.ANSWERS_LATE);
    scene.queue().handle(log::note);
    scene.send("a", "1");
    world.advance(Duration.ofSeconds(40));
    world.transport().beginning(TroubledTransport.Trouble.NONE);
    scene.store().trouble(Trouble.FAILS);
    world.transport().answerLate();
    world.advance(Duration.ofMinutes(10));
    assertThat(log.attempts()).isEmpty();

    scene.store().trouble(Trouble.NONE);
    world.advance(KeyScene.LEASE);

    assertThat(log.attempts()).containsExactly("a 1");
  }

  @Test
  void what_a_consumer_did_is_stored_for_as_long_as_it_has_kept_the_key() {
    scene.send("a", "1");
    Delivery<String> delivery = world.get(lease(Duration.ofMinutes(10))).get(0);
    world.advance(Duration.ofMinutes(9));
    scene.store().troubleAtEnd(Trouble.FAILS);
    delivery.ack();
    world.advance(Duration.ofSeconds(30));
    scene.store().troubleAtEnd(Trouble.NONE);
    world.advance(Duration.ofSeconds(10));

    assertThat(world.stats(scene.queue()).succeeded()).isEqualTo(1);
    assertThat(scene.status().unstoredCount()).isZero();
  }

  @Test
  void a_delivery_that_is_given_back_frees_its_key() {
    scene.send("a", "1");
    world.get(world.get(lease(Duration.ofMinutes(1))).get(0).release());

    assertThat(world.get(lease(Duration.ofMinutes(1)))).hasSize(1);
  }

  @Test
  void consumers_do_not_wait_for_a_store_that_cannot_be_asked() {
    scene.store().trouble(Trouble.FAILS);
    scene.send("a", "1");
    CompletionStage<List<Delivery<String>>> none = lease(Duration.ofMinutes(1));
    world.advance(Duration.ofSeconds(1));
    assertThat(world.get(none)).isEmpty();
    assertThat(world.transport().settlements()).isLessThan(5);

    scene.store().trouble(Trouble.NONE);
    world.advance(Duration.ofSeconds(2));
    List<Delivery<String>> got = world.get(lease(Duration.ofMinutes(1)));
    assertThat(got).hasSize(1);
    assertThat(got.get(0).message().attempt()).isEqualTo(1);
  }
}
