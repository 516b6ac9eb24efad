// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.RabbitServer;
import dev.redrive.transport.rabbitmq.RabbitScene.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The broker closes a channel: that concerns the queue of that channel and no other. */
class ChannelErrorsTest {
  private RabbitScene scene;

  @BeforeEach
  void open() throws Exception {
    scene = new RabbitScene(RabbitServer.shared());
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  /** A message of another queue, leased before the error, that must be as if nothing had been. */
  private final class Bystander {
    private final String queue;
    private final Worker worker;
    private final InMessage leased;

    Bystander(String queue) {
      this.queue = queue;
      scene.provision(queue);
      scene.send(queue, "leased");
      worker = scene.worker(queue);
      leased = worker.next();
    }

    void goesOn() {
      scene.send(queue, "later");
      InMessage later = worker.next();
      assertThat(later.id()).isEqualTo("later");
      assertThat(worker.ack(later)).isEqualTo(Settled.DONE);
      assertThat(worker.ack(leased)).isEqualTo(Settled.DONE);
      assertThat(scene.states()).containsExactly(TransportState.UP);
    }
  }

  @Test
  void deleted_queue_is_made_again_and_the_other_queues_keep_their_leases() throws IOException {
    Bystander bystander = new Bystander("errors-deleted-other");
    scene.provision("errors-deleted");
    scene.send("errors-deleted", "before");
    Worker worker = scene.worker("errors-deleted");
    InMessage before = worker.next();

    scene.channel().queueDelete("errors-deleted");

    Poll.until("the queue", RabbitScene.BOUND, () -> scene.isAccepted("errors-deleted", "after"));
    assertThat(worker.ack(before)).isEqualTo(Settled.STALE);
    assertThat(worker.next().id()).isEqualTo("after");
    bystander.goesOn();
  }

  @Test
  void queue_that_refuses_consumers_keeps_no_other_from_working() throws IOException {
    Channel theirs = scene.channel();
    theirs.queueDeclare("errors-exclusive", true, false, false, Map.of());
    String consumer =
        theirs.basicConsume(
            "errors-exclusive", false, "", false, true, Map.of(), new DefaultConsumer(theirs));
    Bystander bystander = new Bystander("errors-exclusive-other");
    scene.provision("errors-exclusive");
    Worker worker = scene.worker("errors-exclusive");
    worker.subscription().request(1);

    bystander.goesOn();

    theirs.basicCancel(consumer);
    scene.send("errors-exclusive", "m");
    assertThat(worker.arrived().id()).isEqualTo("m");
  }

  @Test
  void failed_precondition_makes_the_leases_of_its_queue_stale_and_they_come_again() {
    Bystander bystander = new Bystander("errors-precondition-other");
    scene.provision("errors-precondition");
    scene.send("errors-precondition", "m");
    Worker worker = scene.worker("errors-precondition");
    InMessage message = worker.next();

    RabbitLease lease = (RabbitLease) message.lease();
    lease
        .owner()
        .queue()
        .loop()
        .execute(
            () -> {
              lease.intake().ack(List.of(4_711L));
              var unused = lease.intake().taken();
            });

    worker.subscription().request(1);
    InMessage again = worker.arrived();
    assertThat(again.id()).isEqualTo("m");
    assertThat(again.attempt()).isEqualTo(1);
    assertThat(worker.ack(message)).isEqualTo(Settled.STALE);
    assertThat(worker.ack(again)).isEqualTo(Settled.DONE);
    bystander.goesOn();
  }

  @Test
  void subscription_is_closed_while_its_queue_refuses_it() throws IOException {
    Channel theirs = scene.channel();
    theirs.queueDeclare("errors-closed", true, false, false, Map.of());
    theirs.basicConsume(
        "errors-closed", false, "", false, true, Map.of(), new DefaultConsumer(theirs));
    Bystander bystander = new Bystander("errors-closed-other");
    scene.provision("errors-closed");
    Worker worker = scene.worker("errors-closed");
    worker.subscription().request(1);

    worker.subscription().close();

    bystander.goesOn();
  }

  @Test
  void message_that_the_broker_closes_the_channel_on_is_refused_and_the_others_arrive()
      throws IOException {
    Bystander bystander = new Bystander("errors-send-other");
    scene.provision("errors-send");
    RabbitQueue queue = queueOf("errors-send");
    Parcel bad =
        new Parcel(
            new Parcel.Address("no such exchange", ""),
            new AMQP.BasicProperties.Builder().build(),
            new byte[0],
            true);
    List<OutMessage> before = Stream.of("a", "b", "c").map(scene::message).toList();
    List<OutMessage> after = Stream.of("d", "e", "f").map(scene::message).toList();

    CompletionStage<?> first = scene.transport().publish("errors-send", before);
    queue.publisher().send(List.of(bad));
    CompletionStage<?> second = scene.transport().publish("errors-send", after);

    CompletableFuture.allOf(first.toCompletableFuture(), second.toCompletableFuture()).join();
    assertThat(RabbitScene.await(bad.fate())).isEqualTo(Parcel.Fate.REFUSED);
    Assertions.assertThatThrownBy(() -> Parcel.Fate.REFUSED.result("errors-send"))
        .isInstanceOf(TransportException.class);
    bystander.goesOn();
    scene.send("errors-send", "g");
    Poll.until("all", Duration.ofSeconds(10), () -> waiting("errors-send") >= 7);
  }

  private RabbitQueue queueOf(String name) {
    return ((RabbitSubscription) scene.worker(name).subscription()).queue();
  }

  private long waiting(String queue) {
    return RabbitScene.await(scene.transport().stats(queue)).waiting();
  }
}
