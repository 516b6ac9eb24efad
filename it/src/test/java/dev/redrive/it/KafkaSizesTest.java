// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.redrive.Codec;
import dev.redrive.DeadLetterFilter;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Receipt;
import dev.redrive.Redrive;
import dev.redrive.Refusal;
import dev.redrive.SendRefusedException;
import dev.redrive.SendResult;
import dev.redrive.core.Engine;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.Reason;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.KafkaServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages that are larger than their topic takes, or become so. Were one put aside, it would stay
 * in that topic for all tests after it, so the node is one of its own.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class KafkaSizesTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final String SETTING = "max.message.bytes";
  private static final int LIMIT = 200_000;
  private static final int OTHERS = 20;
  private static final String BIG = "big";

  private final Map<String, Integer> calls = new ConcurrentHashMap<>();
  private KafkaServer server;
  private KafkaBroker broker;
  private KafkaOperator operator;
  private Redrive redrive;

  @BeforeEach
  void open() {
    server = KafkaServer.start();
    broker = new KafkaBroker(server.bootstrap(), server.bootstrap());
    operator = new KafkaOperator(server.bootstrap());
    redrive = Engine.open("kafka://" + server.bootstrap() + "?compression=none");
  }

  @AfterEach
  void close() {
    redrive.close();
    operator.close();
    server.close();
  }

  private Queue<String> queue(String name, Duration pause) {
    operator.makeTopic(name, 1, Map.of(SETTING, Integer.toString(LIMIT)));
    return redrive.queue(
        QueueOptions.builder(name, Codec.text())
            .policy(
                RetryPolicy.builder()
                    .attempts(2)
                    .backoff(Backoff.fixed(pause))
                    .jitter(Jitter.none())
                    .build())
            .build());
  }

  private static Outgoing<String> message(String id, int size) {
    return Outgoing.of("x".repeat(size)).id(id);
  }

  private static List<Outgoing<String>> amongOthers(int size) {
    List<Outgoing<String>> batch = new ArrayList<>();
    for (int i = 0; i < OTHERS; i++) {
      batch.add(message("other-" + i, 10));
    }
    batch.add(OTHERS / 2, message(BIG, size));
    return batch;
  }

  private void failOnce(Message<String> message) throws IOException {
    calls.merge(message.id(), 1, Integer::sum);
    if (message.attempt() == 1) {
      throw new IOException("planned");
    }
  }

  @Test
  void one_that_is_larger_than_its_topic_takes_is_refused_and_no_other_of_its_batch_is() {
    Queue<String> queue = queue("larger", Duration.ofMillis(50));

    List<SendResult> results = queue.sendAll(amongOthers(LIMIT)).toCompletableFuture().join();

    assertThat(results.get(OTHERS / 2))
        .asInstanceOf(type(Refusal.class))
        .extracting(Refusal::error)
        .asInstanceOf(type(SendRefusedException.class))
        .satisfies(
            refused -> {
              assertThat(refused.reason()).isEqualTo(SendRefusedException.Cause.INVALID);
              assertThat(refused).hasMessageContaining(SETTING);
            });
    assertThat(results).filteredOn(Receipt.class::isInstance).hasSize(OTHERS);
  }

  @Test
  void one_whose_retry_is_larger_than_its_topic_takes_dies_and_no_other_does() {
    Duration pause = Duration.ofMillis(50);
    int largest = largest(queue("probed", pause));
    Queue<String> queue = sentTo("grown", pause, largest);

    queue.handle(this::failOnce);

    Poll.until("the large one to die", BOUND, () -> Letters.count(queue) > 0);
    assertOthersAreDone(queue);
    assertIsTooLarge(queue, largest);
  }

  /** The ladder takes it, and its topic does not take it back. */
  @Test
  void one_whose_later_retry_is_larger_than_its_topic_takes_dies_and_is_replayed_when_it_fits() {
    Duration pause = Duration.ofSeconds(4);
    int largest = largest(queue("probed-later", pause));
    Queue<String> queue = sentTo("grown-later", pause, largest);

    queue.handle(this::failOnce);

    Poll.until("the large one to die", BOUND, () -> Letters.count(queue) > 0);
    assertOthersAreDone(queue);
    assertIsTooLarge(queue, largest);
    operator.set(queue.name(), SETTING, Integer.toString(2 * LIMIT));
    // The broker hears of a setting a moment after the controller.
    Poll.until(
        "a replay that its topic takes", BOUND, () -> catchThrowable(() -> replay(queue)) == null);
    Poll.until("its second attempt", BOUND, () -> calls.getOrDefault(BIG, 0) == 3);
    Poll.until("the end of it", BOUND, () -> succeeded(queue) == OTHERS + 1);
    assertThat(Letters.of(queue)).isEmpty();
    assertThat(broker.left()).as("put aside").doesNotContain(".lost");
  }

  private Queue<String> sentTo(String name, Duration pause, int size) {
    Queue<String> queue = queue(name, pause);
    assertThat(queue.sendAll(amongOthers(size)).toCompletableFuture().join())
        .allMatch(Receipt.class::isInstance);
    return queue;
  }

  private void assertOthersAreDone(Queue<String> queue) {
    Poll.until("the others to be done", BOUND, () -> succeeded(queue) == OTHERS);
    assertThat(calls).hasSize(OTHERS + 1).containsEntry(BIG, 1);
    assertThat(calls.values()).filteredOn(count -> count == 2).hasSize(OTHERS);
  }

  private static void replay(Queue<String> queue) {
    queue.deadLetters().replay(DeadLetterFilter.all(), 1).toCompletableFuture().join();
  }

  private static long succeeded(Queue<String> queue) {
    return queue.stats().toCompletableFuture().join().succeeded();
  }

  private static void assertIsTooLarge(Queue<String> queue, int size) {
    assertThat(Letters.of(queue))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.id()).isEqualTo(BIG);
              assertThat(letter.reason()).isEqualTo(Reason.NOT_RETRYABLE);
              assertThat(letter.fingerprint()).isEqualTo("too-large");
              assertThat(letter.failure())
                  .contains("raise " + SETTING + " of " + queue.name() + " and replay it");
              assertThat(letter.attempts()).isEqualTo(1);
              assertThat(letter.body()).hasSize(size);
            });
  }

  /** The largest payload that a topic takes, alone in its batch. */
  private static int largest(Queue<String> queue) {
    int taken = 0;
    int refused = LIMIT;
    while (refused - taken > 1) {
      int size = (taken + refused) / 2;
      boolean isTaken =
          queue.sendAll(List.of(message(BIG, size))).toCompletableFuture().join().get(0)
              instanceof Receipt;
      taken = isTaken ? size : taken;
      refused = isTaken ? refused : size;
    }
    return taken;
  }
}
