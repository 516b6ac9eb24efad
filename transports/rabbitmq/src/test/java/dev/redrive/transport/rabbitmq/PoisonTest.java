// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static dev.redrive.transport.rabbitmq.RabbitScene.BOUND;
import static dev.redrive.transport.rabbitmq.RabbitScene.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.Settled;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.RabbitServer;
import dev.redrive.transport.rabbitmq.RabbitScene.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A message that kills its consumer does not come for ever; a healthy one that comes back does. */
class PoisonTest {
  private static final int MAX = 6;

  private RabbitScene scene;

  @BeforeEach
  void open() throws Exception {
    RabbitServer server = RabbitServer.shared();
    scene = new RabbitScene(server, RabbitScene.config(server).handOversMax(MAX).build());
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  /** Takes all messages of a queue as a consumer does that is killed then. */
  private void crash(String queue, int messages) throws IOException, TimeoutException {
    Channel victim = scene.connection().createChannel();
    for (int i = 0; i < messages; i++) {
      Poll.until("a message", BOUND, () -> get(victim, queue) != null);
    }
    victim.close();
  }

  private static GetResponse get(Channel channel, String queue) {
    try {
      return channel.basicGet(queue, false);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private DeadLetter letter(String queue) {
    DeadLetters letters = scene.transport().deadLetters(queue);
    DeadLetterFilter all = DeadLetterFilter.all();
    Poll.until("the death", BOUND, () -> await(letters.count(all)) == 1);
    return await(letters.browse(all, Optional.empty(), 10)).items().get(0);
  }

  @Test
  void message_that_was_handed_over_too_often_is_dead_as_crashed_and_can_be_replayed()
      throws Exception {
    scene.provision("poison");
    scene.send("poison", "m");
    for (int i = 0; i < MAX; i++) {
      crash("poison", 1);
    }
    Worker worker = scene.worker("poison");
    worker.subscription().request(1);

    DeadLetter letter = letter("poison");
    assertThat(letter.id()).isEqualTo("m");
    assertThat(letter.reason()).isEqualTo(Reason.CRASHED);
    assertThat(letter.failure()).contains("handed over " + MAX + " times");
    assertThat(letter.history()).hasSize(1);
    assertThat(worker.inbox()).isEmpty();
    // Each look at a letter is a hand-over as well.
    for (int i = 0; i < MAX; i++) {
      letter("poison");
    }

    assertThat(await(scene.transport().deadLetters("poison").replay(DeadLetterFilter.all(), 1)))
        .isEqualTo(1);
    InMessage replayed = worker.arrived();
    assertThat(replayed.attempt()).isEqualTo(1);
    assertThat(worker.ack(replayed)).isEqualTo(Settled.DONE);
  }

  @Test
  void message_below_the_limit_is_handed_over() throws Exception {
    scene.provision("poison-below");
    scene.send("poison-below", "m");
    for (int i = 0; i < MAX - 1; i++) {
      crash("poison-below", 1);
    }

    Worker worker = scene.worker("poison-below");
    assertThat(worker.ack(worker.next())).isEqualTo(Settled.DONE);
  }

  @Test
  void message_that_is_given_back_on_purpose_does_not_die_of_it() {
    scene.provision("poison-given-back");
    scene.send("poison-given-back", "m");
    Worker worker = scene.worker("poison-given-back");
    for (int i = 0; i < 3 * MAX; i++) {
      InMessage message = worker.next();
      assertThat(message.attempt()).isEqualTo(1);
      if (i % 3 == 0) {
        assertThat(worker.settle(new Settlement.Defer(message.lease(), scene.now())))
            .isEqualTo(Settled.DONE);
      } else {
        worker.subscription().close();
        worker = scene.worker("poison-given-back");
      }
    }
    assertThat(worker.ack(worker.next())).isEqualTo(Settled.DONE);
  }

  @Test
  void to_give_a_message_back_does_not_forgive_the_crashes_before() throws Exception {
    scene.provision("poison-mixed");
    scene.send("poison-mixed", "m");
    for (int i = 0; i < MAX - 1; i++) {
      crash("poison-mixed", 1);
    }
    Worker worker = scene.worker("poison-mixed");
    InMessage message = worker.next();
    worker.settle(new Settlement.Defer(message.lease(), scene.now().plusMillis(100)));
    worker.subscription().close();
    crash("poison-mixed", 1);

    scene.worker("poison-mixed").subscription().request(1);
    assertThat(letter("poison-mixed").reason()).isEqualTo(Reason.CRASHED);
  }

  @Test
  void worn_messages_come_one_at_a_time_and_fresh_ones_beside_them() throws Exception {
    scene.provision("poison-worn");
    scene.send("poison-worn", "a", "b", "c");
    for (int i = 0; i < MAX / 2; i++) {
      crash("poison-worn", 3);
    }
    scene.send("poison-worn", "fresh");
    Worker worker = scene.worker("poison-worn");
    worker.subscription().request(10);

    InMessage first = worker.arrived();
    InMessage second = worker.arrived();
    assertThat(List.of(first.id(), second.id())).contains("fresh");
    assertThat(worker.inbox()).isEmpty();
    assertThat(worker.ack(first.id().equals("fresh") ? second : first)).isEqualTo(Settled.DONE);
    InMessage next = worker.arrived();
    assertThat(worker.inbox()).isEmpty();
    assertThat(
            worker.settle(
                new Settlement.Retry(
                    next.lease(), scene.now().plus(Duration.ofMillis(50)), Map.of())))
        .isEqualTo(Settled.DONE);
    assertThat(worker.ack(worker.arrived())).isEqualTo(Settled.DONE);
    InMessage retried = worker.arrived();
    assertThat(retried.attempt()).isEqualTo(2);
    assertThat(((RabbitLease) retried.lease()).handOvers()).isZero();
  }

  @Test
  void count_that_a_publisher_copied_from_elsewhere_is_not_believed() throws Exception {
    scene.provision("poison-copied");
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder().headers(Map.of("x-delivery-count", 100)).build();
    scene.channel().basicPublish("", "poison-copied", properties, new byte[0]);

    Worker worker = scene.worker("poison-copied");
    assertThat(worker.ack(worker.next())).isEqualTo(Settled.DONE);
  }
}
