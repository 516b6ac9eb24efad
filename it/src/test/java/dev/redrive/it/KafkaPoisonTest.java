// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.DeadLetter;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Receipt;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.KafkaServer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Among messages that are handled, a burst of those that never can be. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KafkaPoisonTest {
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final String QUEUE = "poison";
  private static final int ATTEMPTS = 3;
  private static final int ONE_IN = 4;
  private static final int BATCH = 500;

  // The first pause is waited for in the process, the second one on the ladder.
  private static final List<Duration> PAUSES =
      List.of(Duration.ofMillis(50), Duration.ofSeconds(4));

  private final int messages = Scale.isFull() ? 80_000 : 8_000;
  private final Map<String, Integer> calls = new ConcurrentHashMap<>();

  @Test
  void each_is_tried_as_often_as_the_policy_says_and_dies_and_no_other_is_held_up() {
    String server = KafkaServer.shared().bootstrap();
    KafkaBroker broker = new KafkaBroker(server, server);
    try (Redrive redrive = Engine.open("kafka://" + server + "?partitions=4")) {
      Queue<String> queue =
          redrive.queue(
              QueueOptions.builder(QUEUE, Codec.text())
                  .concurrency(16)
                  .policy(
                      RetryPolicy.builder()
                          .attempts(ATTEMPTS)
                          .backoff(Backoff.list(PAUSES))
                          .jitter(Jitter.none())
                          .build())
                  .build());
      send(queue);
      queue.handle(this::handle);

      Poll.until("the rest to die", BOUND, () -> Letters.count(queue) >= messages / ONE_IN);
      Poll.until("the queue to be empty", BOUND, () -> broker.waiting(QUEUE) == 0);

      Map<String, Integer> expected = new HashMap<>();
      ids(0, messages).forEach(id -> expected.put(id, isPoison(id) ? ATTEMPTS : 1));
      assertThat(calls).isEqualTo(expected);
      assertThat(Letters.of(queue))
          .allMatch(letter -> letter.attempts() == ATTEMPTS)
          .extracting(DeadLetter::id)
          .containsExactlyInAnyOrderElementsOf(
              ids(0, messages).stream().filter(this::isPoison).toList());
    }
  }

  private void handle(Message<String> message) throws IOException {
    calls.merge(message.id(), 1, Integer::sum);
    if (isPoison(message.id())) {
      throw new IOException("poison");
    }
  }

  // Half of them one behind the other, the others here and there.
  private boolean isPoison(String id) {
    int number = Integer.parseInt(id);
    return number < messages / 2
        ? number % ONE_IN == 0
        : number < messages / 2 + messages / 2 / ONE_IN;
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  private void send(Queue<String> queue) {
    for (int from = 0; from < messages; from += BATCH) {
      List<Outgoing<String>> batch =
          ids(from, from + BATCH).stream().map(id -> Outgoing.of(id).id(id)).toList();
      assertThat(queue.sendAll(batch).toCompletableFuture().join())
          .allMatch(Receipt.class::isInstance);
    }
  }
}
