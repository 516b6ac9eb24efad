// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy.Direction;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ladder on a real broker: what is sent by it comes back once, whatever befalls the movers. */
@Timeout(240)
class MoverTest {
  @Test
  void delayed_message_comes_back_over_several_levels_shortly_before_it_is_due() {
    try (LadderScene scene = new LadderScene(true)) {
      String queue = scene.provision("orders");
      scene.mover("one", scene.way());
      // It has begun when this one is back.
      String first = scene.provision("first");
      scene.send(first, 0, Duration.ofSeconds(2));
      scene.await(first, 1);
      int[] millis = {2_000, 2_700, 4_100, 5_999, 8_500, 9_300};
      for (int id = 0; id < millis.length; id++) {
        scene.send(queue, id, Duration.ofMillis(millis[id]));
      }
      scene.await(queue, millis.length);
      scene.awaitEmpty();

      List<ConsumerRecord<byte[], byte[]>> back = scene.read(queue);
      assertThat(back).hasSize(millis.length);
      assertThat(back)
          .allSatisfy(
              record -> {
                int id = LadderScene.id(record);
                Instant due = Wire.time(record.headers(), "due").orElseThrow();
                assertThat(Instant.ofEpochMilli(record.timestamp()))
                    .isBetween(due.minus(Ladder.EARLIEST), due.plusSeconds(1));
                assertThat(record.partition()).isEqualTo(id % 3);
                assertThat(new String(record.key(), UTF_8)).isEqualTo("key" + id);
                assertThat(Wire.text(record.headers(), Wire.QUEUE)).isEmpty();
                assertThat(Wire.text(record.headers(), Wire.HOLD_UNTIL)).isEmpty();
              });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void movers_that_die_in_the_middle_lose_and_double_nothing(boolean hasGroupProtocol) {
    try (LadderScene scene = new LadderScene(hasGroupProtocol)) {
      String queue = scene.provision("orders");
      for (int process = 0; process < 4; process++) {
        for (int id = process * 250; id < (process + 1) * 250; id++) {
          scene.send(queue, id, Duration.ofMillis(2_000 + id % 250 * 40));
        }
        scene.sent();
        KafkaWay way = scene.way();
        scene.mover("p" + process, way);
        scene.awaitCopyUnderWay(queue);
        // For the broker this is what a kill is: nothing more comes, and nobody says good-bye.
        way.close();
      }
      scene.mover("last", scene.way());

      assertEachOnce(scene, queue, 1_000);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void movers_that_come_and_go_lose_and_double_nothing(boolean hasGroupProtocol) {
    try (LadderScene scene = new LadderScene(hasGroupProtocol)) {
      String queue = scene.provision("orders");
      sendMixed(scene, queue, 1_000);
      Mover one = scene.mover("one", scene.way());
      scene.await(queue, 100);
      Mover two = scene.mover("two", scene.way());
      scene.await(queue, 300);
      one.close();
      scene.await(queue, 500);
      scene.mover("three", scene.way());
      scene.await(queue, 700);
      two.close();

      assertEachOnce(scene, queue, 1_000);
    }
  }

  @Test
  void transaction_whose_end_nobody_told_is_done_once() {
    try (LadderScene scene = new LadderScene(true)) {
      String queue = scene.provision("orders");
      KafkaWay way = scene.way();
      scene.mover("one", way);
      for (int fault = 0; fault < 5; fault++) {
        for (int id = fault * 100; id < (fault + 1) * 100; id++) {
          scene.send(queue, id, Duration.ofMillis(2_000 + id % 100 * 30));
        }
        scene.sent();
        scene.awaitCopyUnderWay(queue);
        // The broker may do what it is asked for, and nobody hears of it.
        way.drop(fault < 4 ? Direction.TO_CLIENT : Direction.TO_SERVER);
        // As long as the client asks again by itself, or longer.
        Duration time = fault % 2 == 0 ? Duration.ofSeconds(7) : Duration.ofSeconds(1);
        long begin = System.nanoTime();
        Poll.until(
            "the end of a fault",
            LadderScene.BOUND,
            () -> System.nanoTime() - begin > time.toNanos());
        way.heal();
        scene.await(queue, (fault + 1) * 100);
      }

      assertEachOnce(scene, queue, 500);
    }
  }

  @Test
  void mover_that_was_fenced_goes_on() {
    try (LadderScene scene = new LadderScene(true)) {
      String queue = scene.provision("orders");
      sendMixed(scene, queue, 300);
      scene.mover("one", scene.way());
      scene.await(queue, 50);
      Clients clients = new Clients(LadderScene.config(scene.way().bootstrap(), "any"), true);
      try (KafkaProducer<byte[], byte[]> other =
          clients.producer(scene.names().transactions("one", "mover"))) {
        other.initTransactions();
      }

      assertEachOnce(scene, queue, 300);
    }
  }

  @Test
  void what_has_left_the_ladder_is_not_kept_there() {
    try (LadderScene scene = new LadderScene(true)) {
      String queue = scene.provision("orders");
      Mover mover = scene.mover("one", scene.way());
      for (int id = 0; id < 100; id++) {
        scene.send(queue, id, Duration.ofSeconds(2 + id % 3));
      }
      assertEachOnce(scene, queue, 100);
      assertThat(scene.read(scene.names().hold(0))).isNotEmpty();

      mover.close();

      Poll.until(
          "a ladder that was swept",
          LadderScene.BOUND,
          () -> scene.names().holds().stream().allMatch(hold -> scene.read(hold).isEmpty()));
    }
  }

  @Test
  void messages_of_a_deleted_queue_hold_up_nobody_and_are_kept() {
    try (LadderScene scene = new LadderScene(true)) {
      String deleted = scene.provision("deleted");
      String queue = scene.provision("orders");
      scene.mover("one", scene.way());
      scene.send(deleted, 0, Duration.ofSeconds(2));
      scene.await(deleted, 1);
      for (int id = 0; id < 20; id++) {
        scene.send(deleted, id, Duration.ofSeconds(4));
        scene.send(queue, id, Duration.ofSeconds(4));
      }
      scene.sent();
      scene.delete(deleted);

      scene.await(queue, 20);
      assertThat(scene.read(scene.names().lost())).as("so soon it may come back").isEmpty();
      scene.await(scene.names().lost(), 20);
      scene.awaitEmpty();
      assertThat(scene.read(queue)).hasSize(20);
      assertThat(scene.read(scene.names().lost()))
          .hasSize(20)
          .allSatisfy(
              record -> assertThat(Wire.text(record.headers(), Wire.QUEUE)).isEqualTo(deleted));
    }
  }

  @Test
  void queue_that_is_made_again_at_once_gets_its_messages() {
    try (LadderScene scene = new LadderScene(true)) {
      String queue = scene.provision("orders");
      scene.mover("one", scene.way());
      for (int id = 0; id < 20; id++) {
        scene.send(queue, id, Duration.ofSeconds(3));
      }
      scene.sent();
      scene.delete(queue);
      scene.provision("orders");

      assertEachOnce(scene, queue, 20);
      assertThat(scene.read(scene.names().lost())).isEmpty();
    }
  }

  @Test
  void what_is_no_queues_holds_up_nobody_and_is_kept() {
    try (LadderScene scene = new LadderScene(true)) {
      String queue = scene.provision("orders");
      scene.send(new ProducerRecord<>(scene.names().hold(0), "nobody's".getBytes(UTF_8)));
      scene.send(queue, 0, Duration.ofSeconds(2));
      scene.mover("one", scene.way());

      scene.await(scene.names().lost(), 1);
      assertEachOnce(scene, queue, 1);
      assertThat(scene.read(scene.names().lost()))
          .extracting(record -> record.value())
          .containsExactly("nobody's".getBytes(UTF_8));
    }
  }

  /** Delays of two to twenty seconds, the first of them due soon. */
  private static void sendMixed(LadderScene scene, String queue, int count) {
    Random random = new Random(5);
    for (int id = 0; id < count; id++) {
      scene.send(queue, id, Duration.ofMillis(2_000 + random.nextInt(18_000)));
    }
    scene.sent();
  }

  private static void assertEachOnce(LadderScene scene, String queue, int count) {
    scene.await(queue, count);
    scene.awaitEmpty();
    assertThat(scene.read(queue).stream().map(LadderScene::id).sorted().toList())
        .isEqualTo(IntStream.range(0, count).boxed().toList());
  }
}
