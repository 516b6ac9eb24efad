// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.MessageState;
import dev.redrive.retry.Reason;
import dev.redrive.spi.WireHeaders;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * On a real broker: what is on the ladder and no topic takes becomes a dead letter of its queue.
 */
@Timeout(240)
class BuryingTest {
  private static final DeadLetterFilter ALL = DeadLetterFilter.all();
  private static final String LIMIT = "max.message.bytes";
  private static final int LARGE = 5_000;

  private final LadderScene scene = new LadderScene(true);
  private final String queue = scene.provision("orders");
  private final DeadLetters letters = scene.letters(queue);

  @AfterEach
  void close() {
    scene.close();
  }

  /** A payload that cannot be compressed. */
  private static byte[] body(int bytes) {
    byte[] body = new byte[bytes];
    new Random(1).nextBytes(body);
    return body;
  }

  /** A message on the ladder that is due at once. */
  private ProducerRecord<byte[], byte[]> held(String id) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(scene.names().hold(0), null, null, id.getBytes(UTF_8), body(LARGE));
    Wire.put(record.headers(), "of", id);
    Wire.put(record.headers(), WireHeaders.ID, id);
    Wire.put(record.headers(), Wire.QUEUE, queue);
    return record;
  }

  private List<DeadLetter> await(int count) {
    scene.sent();
    Poll.until(
        count + " letters", LadderScene.BOUND, () -> DeadScene.await(letters.count(ALL)) >= count);
    return DeadScene.await(letters.browse(ALL, Optional.empty(), 1_000)).items();
  }

  private void assertNoneIsLost() {
    scene.awaitEmpty();
    assertThat(scene.read(scene.names().lost())).isEmpty();
  }

  private void assertLost(String id) {
    scene.await(scene.names().lost(), 1);
    scene.awaitEmpty();
    assertThat(scene.read(scene.names().lost()))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(new Content(record).id()).isEqualTo(id);
              assertThat(record.value()).isEqualTo(body(LARGE));
            });
  }

  @Test
  void retry_that_is_too_large_dies_and_its_letter_says_what_to_do() {
    scene.set(queue, LIMIT, "1000");
    ProducerRecord<byte[], byte[]> retry = held("large");
    Wire.put(retry.headers(), WireHeaders.ATTEMPT, "2");
    Wire.put(retry.headers(), Wire.CRASHES, "1");
    Wire.put(retry.headers(), Wire.PARTITION, "2");
    scene.send(retry);
    scene.send(queue, 0, Duration.ofSeconds(2));
    scene.mover("one", scene.way());

    assertThat(await(1))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.id()).isEqualTo("large");
              assertThat(letter.queue()).isEqualTo(queue);
              assertThat(letter.reason()).isEqualTo(Reason.NOT_RETRYABLE);
              assertThat(letter.fingerprint()).isEqualTo("too-large");
              assertThat(letter.failure())
                  .startsWith("it cannot be retried")
                  .contains("raise max.message.bytes of " + queue + " and replay it: ");
              assertThat(letter.attempts()).isEqualTo(2);
              assertThat(letter.key()).contains("large");
              assertThat(letter.headers()).containsExactly(Map.entry("of", "large"));
              assertThat(letter.body()).isEqualTo(body(LARGE));
              assertThat(letter.history())
                  .singleElement()
                  .satisfies(death -> assertThat(death.to()).isEqualTo(MessageState.DEAD));
            });
    scene.await(queue, 1);
    assertNoneIsLost();
  }

  @Test
  void message_that_was_too_large_is_replayed_as_it_was_when_its_topic_takes_it() {
    scene.set(queue, LIMIT, "1000");
    ProducerRecord<byte[], byte[]> retry = held("retry");
    Wire.put(retry.headers(), WireHeaders.ATTEMPT, "2");
    int partition = 1;
    Wire.put(retry.headers(), Wire.PARTITION, Integer.toString(partition));
    scene.send(retry);
    scene.send(held("delayed"));
    scene.mover("one", scene.way());
    assertThat(await(2))
        .filteredOn(letter -> letter.id().equals("delayed"))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.attempts()).isZero();
              assertThat(letter.failure()).startsWith("it cannot be delivered");
            });

    scene.set(queue, LIMIT, "100000");
    // The broker hears of a setting a moment after the controller.
    Poll.until(
        "a replay that the topic takes",
        LadderScene.BOUND,
        () -> catchThrowable(() -> DeadScene.await(letters.replay(ALL, 10))) == null);

    assertThat(DeadScene.await(letters.count(ALL))).isZero();
    assertThat(scene.read(queue))
        .hasSize(2)
        .allSatisfy(
            record -> {
              Content message = new Content(record);
              assertThat(record.key()).isEqualTo(message.id().getBytes(UTF_8));
              assertThat(record.value()).isEqualTo(body(LARGE));
              assertThat(message.attempts()).isZero();
              assertThat(Wire.senders(record.headers()))
                  .containsExactly(Map.entry("of", message.id()));
              assertThat(Wire.text(record.headers(), Wire.QUEUE)).isEmpty();
              assertThat(Wire.text(record.headers(), Wire.PARTITION)).isEmpty();
            })
        .filteredOn(record -> new Content(record).id().equals("retry"))
        .extracting(ConsumerRecord::partition)
        .containsExactly(partition);
  }

  @Test
  void what_a_topic_does_not_take_for_another_reason_dies_as_well() {
    scene.set(queue, "cleanup.policy", "compact");
    ProducerRecord<byte[], byte[]> message = held("keyless");
    ProducerRecord<byte[], byte[]> keyless =
        new ProducerRecord<>(message.topic(), null, null, null, message.value(), message.headers());
    scene.send(keyless);
    scene.mover("one", scene.way());

    assertThat(await(1))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.fingerprint()).isEqualTo("refused");
              assertThat(letter.failure()).contains("look at the settings of " + queue);
            });
    assertNoneIsLost();
  }

  @Test
  void letter_says_which_topic_it_was_if_that_is_not_its_queues() {
    String level = scene.names().hold(0);
    scene.set(level, LIMIT, "1000");
    ProducerRecord<byte[], byte[]> message = held("large");
    Wire.put(message.headers(), Wire.HOLD_UNTIL, "2999-12-31T00:00:00Z");
    scene.send(
        new ProducerRecord<>(
            scene.names().hold(1), null, null, message.key(), message.value(), message.headers()));
    scene.mover("one", scene.way());

    assertThat(await(1))
        .extracting(DeadLetter::failure)
        .singleElement()
        .asString()
        .contains("raise max.message.bytes of " + level);
    assertNoneIsLost();
  }

  @Test
  void dead_topic_that_somebody_has_deleted_is_made_again() {
    scene.set(queue, LIMIT, "1000");
    scene.delete(scene.names().dead(queue));
    scene.send(held("large"));
    scene.mover("one", scene.way());

    scene.awaitThere(scene.names().dead(queue));
    assertThat(await(1)).extracting(DeadLetter::id).containsExactly("large");
    assertNoneIsLost();
  }

  @Test
  void message_that_cannot_even_die_is_put_aside_and_holds_up_nobody() {
    scene.set(queue, LIMIT, "1000");
    scene.set(scene.names().dead(queue), LIMIT, "3000");
    scene.send(held("large"));
    scene.send(queue, 0, Duration.ofSeconds(2));
    scene.mover("one", scene.way());

    scene.await(queue, 1);
    assertLost("large");
    assertThat(DeadScene.await(letters.count(ALL))).isZero();
  }

  @Test
  void dead_topic_that_would_lose_letters_gets_none() {
    scene.set(queue, LIMIT, "1000");
    scene.set(scene.names().dead(queue), "cleanup.policy", "delete");
    scene.send(held("large"));
    scene.mover("one", scene.way());

    assertLost("large");
    assertThat(scene.read(scene.names().dead(queue))).isEmpty();
  }

  @Test
  void movers_that_die_in_the_middle_bury_each_message_once() {
    int count = 24;
    int processes = 3;
    scene.set(queue, LIMIT, "1000");
    for (int process = 0; process < processes; process++) {
      IntStream.range(process * 8, (process + 1) * 8).forEach(i -> scene.send(held("m" + i)));
      scene.send(queue, process, Duration.ofSeconds(2));
      scene.sent();
      KafkaWay way = scene.way();
      scene.mover("p" + process, way);
      scene.awaitCopyUnderWay(scene.names().dead(queue));
      way.close();
    }
    scene.mover("last", scene.way());

    assertThat(await(count))
        .extracting(DeadLetter::id)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, count).mapToObj(i -> "m" + i).toList());
    scene.await(queue, processes);
    assertNoneIsLost();
    assertThat(scene.read(scene.names().dead(queue))).as("each written once").hasSize(count);
  }
}
