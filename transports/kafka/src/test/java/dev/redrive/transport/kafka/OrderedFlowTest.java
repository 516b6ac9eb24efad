// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.Settled;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Order per key while processes come, leave and die, attempts fail, and messages die and are sent
 * again. Which attempts fail is drawn from the message alone.
 */
class OrderedFlowTest {
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final int PARTITIONS = 6;
  private static final int KEYS = 30;
  private static final int PER_KEY = 40;

  private final RealTime time = new RealTime(20);
  private final Book book = new Book();
  private final List<Worker> workers = new ArrayList<>();

  @AfterEach
  void close() {
    workers.forEach(Worker::close);
    time.close();
  }

  /** What happened to each message of each key, in the order it happened. */
  private static final class Book {
    private final Map<String, List<Integer>> begun = new TreeMap<>();
    private final Map<String, Integer> succeeded = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int running;
    private int runningMax;

    synchronized void begins(String key, int number) {
      List<Integer> line = begun.computeIfAbsent(key, name -> new ArrayList<>());
      int before = line.isEmpty() ? 0 : line.get(line.size() - 1);
      int done = succeeded.getOrDefault(key, -1);
      if (number < before || number > done + 1) {
        wrong.add("%s: %d began after %d, and %d is done".formatted(key, number, before, done));
      }
      line.add(number);
      runningMax = Math.max(runningMax, ++running);
    }

    synchronized void ends() {
      running--;
    }

    synchronized void succeeds(String key, int number) {
      succeeded.merge(key, number, Math::max);
    }

    synchronized int total() {
      return succeeded.values().stream().mapToInt(number -> number + 1).sum();
    }
  }

  /** One process that takes what it gets and settles it as the plan says. */
  private final class Worker implements AutoCloseable {
    private final KafkaWay way = KafkaServer.shared().way();
    private final KafkaTransport transport;
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();

    Worker(String prefix, OrderBy by) {
      transport =
          KafkaTransport.open(
              KafkaTransportConfig.builder()
                  .servers(List.of(way.bootstrap()))
                  .prefix(prefix)
                  .partitions(PARTITIONS)
                  .orderBy(by)
                  .requestTime(Duration.ofSeconds(5))
                  .transactionTime(Duration.ofSeconds(3))
                  .graceTime(Duration.ofSeconds(1))
                  .build(),
              time.environment());
      await(transport.provision(ordered("orders-" + prefix)));
      workers.add(this);
    }

    void work(String queue) {
      subscription.complete(
          transport.subscribe(
              queue,
              new SubscribeOptions(Duration.ofSeconds(30)),
              messages ->
                  time.environment().executor().execute(() -> messages.forEach(this::handle))));
      subscription.join().request(16);
    }

    private void handle(InMessage message) {
      subscription
          .join()
          .begin(List.of(message.lease()))
          .thenAccept(
              began -> {
                if (began.get(0) == Settled.DONE) {
                  attempt(message);
                }
                subscription.join().request(1);
              });
    }

    private void attempt(InMessage message) {
      int number = number(message.id());
      book.begins(message.key(), number);
      Settlement settlement = plan(message);
      if (settlement instanceof Settlement.Ack) {
        // Before it can be known to anybody.
        book.succeeds(message.key(), number);
      }
      book.ends();
      subscription.join().settle(List.of(settlement));
    }

    private Settlement plan(InMessage message) {
      int number = number(message.id());
      boolean wasReplayed = message.headers().containsKey("redrive-replays");
      int chance = Math.floorMod(message.id().hashCode() * 31 + message.attempt(), 100);
      if (number == 7 && !wasReplayed) {
        return new Settlement.Dead(
            message.lease(), Reason.REJECTED, "it is the seventh", "seventh", 1, Map.of());
      }
      if (chance < 15 && message.attempt() < 5) {
        Instant soon = time.environment().clock().instant().plusMillis(50);
        return new Settlement.Retry(message.lease(), soon, Map.of());
      }
      return new Settlement.Ack(message.lease());
    }

    /** It is gone, as if it were killed. */
    void crash() {
      way.close();
    }

    @Override
    public void close() {
      transport.close();
      way.close();
    }
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(id.indexOf('-') + 1));
  }

  private static QueueSpec ordered(String name) {
    return new QueueSpec(name, true, OptionalLong.empty(), Duration.ZERO);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private void send(Worker process, String queue, int from, int to) {
    for (int number = from; number < to; number++) {
      List<OutMessage> batch = new ArrayList<>();
      for (int key = 0; key < KEYS; key++) {
        String name = "k" + key;
        batch.add(
            new OutMessage(
                name + "-" + number,
                false,
                name,
                time.environment().clock().instant(),
                Map.of(),
                "hello".getBytes(UTF_8)));
      }
      assertThat(await(process.transport.publish(queue, batch)))
          .containsOnly(PublishResult.Accepted.INSTANCE);
    }
  }

  private void replayUntilAllSucceeded(Worker by, String queue) {
    Poll.until(
        "all to succeed",
        BOUND,
        () -> {
          await(by.transport.deadLetters(queue).replay(DeadLetterFilter.all(), 100));
          return book.total() == KEYS * PER_KEY;
        });
  }

  @Test
  void keys_stay_in_order_while_processes_come_and_go() {
    Worker first = new Worker("coming", OrderBy.KEY);
    String queue = "orders-coming";
    first.work(queue);
    send(first, queue, 0, 10);
    Worker second = new Worker("coming", OrderBy.KEY);
    second.work(queue);
    send(first, queue, 10, 20);
    Poll.until("some to succeed", BOUND, () -> book.total() > KEYS * 4);
    Worker third = new Worker("coming", OrderBy.KEY);
    third.work(queue);
    send(second, queue, 20, 30);
    second.crash();
    send(third, queue, 30, PER_KEY);
    first.close();

    replayUntilAllSucceeded(third, queue);
    assertThat(book.wrong).isEmpty();
    assertThat(await(third.transport.deadLetters(queue).count(DeadLetterFilter.all()))).isZero();
    Poll.until("nothing to wait", BOUND, () -> await(third.transport.stats(queue)).running() == 0);
  }

  @Test
  void partitions_stay_in_order_when_asked() {
    Worker process = new Worker("whole", OrderBy.PARTITION);
    String queue = "orders-whole";
    send(process, queue, 0, PER_KEY);
    process.work(queue);

    replayUntilAllSucceeded(process, queue);
    assertThat(book.wrong).isEmpty();
    assertThat(book.runningMax).as("one a partition").isBetween(1, PARTITIONS);
  }
}
