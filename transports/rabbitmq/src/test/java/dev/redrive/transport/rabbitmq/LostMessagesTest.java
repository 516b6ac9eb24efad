// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.RabbitServer;
import dev.redrive.transport.rabbitmq.RabbitScene.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Messages that become due while their queue is not there. */
@Execution(ExecutionMode.SAME_THREAD)
class LostMessagesTest {
  // Of its own, because what is lost lies in one queue for all of a prefix.
  private static final String PREFIX = "lost-messages";
  private static final String LOST = PREFIX + ".lost";
  private static final Duration DELAY = Duration.ofMillis(300);

  private RabbitScene scene;

  @BeforeEach
  void open() throws Exception {
    scene = new RabbitScene(RabbitServer.shared(), config());
  }

  @AfterEach
  void close() throws Exception {
    scene.channel().queueDelete(LOST);
    new LostMessages(new Names(PREFIX), scene.environment()).declare(scene.channel());
    scene.close();
  }

  private static RabbitTransportConfig config() {
    return RabbitScene.config(RabbitServer.shared()).prefix(PREFIX).build();
  }

  /** Sends messages that are due when their queue is deleted. */
  private void lose(String queue, String... ids) throws IOException {
    scene.provision(queue);
    long before = ready();
    sendAndDelete(queue, ids);
    awaitReady(before + ids.length);
  }

  private void sendAndDelete(String queue, String... ids) throws IOException {
    for (String id : ids) {
      RabbitScene.await(
          scene
              .transport()
              .publish(
                  queue,
                  List.of(
                      new OutMessage(
                          id,
                          false,
                          "",
                          scene.now().plus(DELAY),
                          Map.of("of", id),
                          id.getBytes(UTF_8)))));
    }
    scene.channel().queueDelete(queue);
  }

  private long ready() {
    try {
      return scene.channel().messageCount(LOST);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void awaitReady(long count) {
    Poll.until(count + " in " + LOST, RabbitScene.BOUND, () -> ready() == count);
  }

  private static void assertComes(Worker worker, String id) {
    InMessage message = worker.next();
    assertThat(message.id()).isEqualTo(id);
    assertThat(message.attempt()).isEqualTo(1);
    assertThat(message.headers()).isEqualTo(Map.of("of", id));
    assertThat(message.body()).isEqualTo(id.getBytes(UTF_8));
    assertThat(worker.ack(message)).isEqualTo(Settled.DONE);
  }

  @Test
  void they_come_when_their_queue_is_made_again_and_those_of_others_wait_on() throws IOException {
    lose("away", "a", "b");
    lose("away.too", "c");

    scene.provision("away");

    Worker worker = scene.worker("away");
    assertComes(worker, "a");
    assertComes(worker, "b");
    awaitReady(1);
    scene.provision("away.too");
    assertComes(scene.worker("away.too"), "c");
    awaitReady(0);
  }

  @Test
  void they_stay_where_they_are_while_their_queue_is_not_there() throws IOException {
    lose("away-still", "a", "b");

    new LostMessages(new Names(PREFIX), scene.environment())
        .bringBack(scene.connection(), "away-still");

    awaitReady(2);
  }

  @Test
  void they_come_to_who_opens_a_queue_that_somebody_else_has_made_again() throws IOException {
    lose("away-by-hand", "a");
    scene.channel().queueDeclare("away-by-hand", true, false, false, Map.of());

    try (RabbitTransport later = scene.another(config())) {
      RabbitScene.provision(later, "away-by-hand");

      assertComes(RabbitScene.worker(later, "away-by-hand"), "a");
    }
  }

  @Test
  void they_come_by_themselves_to_a_worker_whose_queue_was_deleted() throws IOException {
    scene.provision("away-under-worker");
    Worker worker = scene.worker("away-under-worker");
    worker.subscription().request(1);

    sendAndDelete("away-under-worker", "a");

    InMessage message = worker.arrived();
    assertThat(message.id()).isEqualTo("a");
  }

  /** As a broker does that starts, and has not read its bindings yet. */
  private void putAside(String queue, String id) throws IOException {
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder().messageId(id).headers(Map.of("of", id)).build();
    scene.channel().basicPublish(LOST, Ladder.key(1, queue), properties, id.getBytes(UTF_8));
    awaitReady(1);
  }

  @Test
  void what_a_starting_broker_puts_aside_comes_with_the_next_connection() throws Exception {
    try (FaultProxy proxy = new FaultProxy(RabbitServer.shared().port());
        RabbitTransport cut =
            scene.another(
                RabbitTransportConfig.builder()
                    .hosts(List.of("127.0.0.1:" + proxy.port()))
                    .prefix(PREFIX)
                    .build())) {
      RabbitScene.provision(cut, "unbound");
      Worker worker = RabbitScene.worker(cut, "unbound");
      worker.subscription().request(1);
      putAside("unbound", "a");

      proxy.reset();

      assertThat(worker.arrived().id()).isEqualTo("a");
    }
  }

  @Test
  void what_is_put_aside_a_little_late_comes_as_well() throws Exception {
    try (RabbitTransport fresh = scene.another(config())) {
      RabbitScene.provision(fresh, "unbound-late");
      putAside("unbound-late", "a");

      assertThat(RabbitScene.worker(fresh, "unbound-late").next().id()).isEqualTo("a");
    }
  }

  @Test
  void they_are_not_rejected_where_that_would_drop_them() throws IOException {
    lose("away-aside", "a");
    Channel theirs = scene.channel();
    theirs.queueDelete(LOST);
    Map<String, Object> arguments = new TreeMap<>(Map.of("x-queue-type", "quorum"));
    theirs.queueDeclare(LOST, true, false, false, arguments);
    theirs.queueBind(LOST, LOST, "");
    theirs.basicPublish(LOST, Ladder.key(1, "away-aside"), null, "a".getBytes(UTF_8));
    awaitReady(1);

    scene.provision("away-aside");

    scene.send("away-aside", "b");
    assertThat(scene.worker("away-aside").next().id()).isEqualTo("b");
    assertThat(ready()).isEqualTo(1);
  }
}
