// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.Worker;
import dev.redrive.core.Engine;
import dev.redrive.retry.RejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * What order by key costs the keys that are well: a queue that is ordered, in which some keys are
 * blocked by a dead message each, against one that is not ordered and has no dead.
 */
final class OrderBenchmark {
  private static final int BODY_BYTES = 256;
  private static final int FLOWS = 100_000;
  private static final int KEYS = 1_000;
  private static final int BLOCKED_KEYS = 100;
  private static final int BEHIND_EACH = 10;
  private static final int ROUNDS = 5;
  private static final String BLOCKED = "blocked-";

  private OrderBenchmark() {}

  static List<Row> run() throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Duel("memory: ordered by 1,000 keys, 100 more blocked / unordered", 0.9, ROUNDS)
            .run(() -> inMemory(true), () -> inMemory(false)));
    rows.add(
        new Duel("embedded: ordered by 1,000 keys, 100 more blocked / unordered", 0.9, ROUNDS)
            .run(() -> embedded(true), () -> embedded(false)));
    return rows;
  }

  private static double inMemory(boolean isOrdered) throws Exception {
    try (Redrive redrive = Engine.open("memory:")) {
      return flow(redrive, isOrdered);
    }
  }

  private static double embedded(boolean isOrdered) throws Exception {
    try (Folders folder = new Folders();
        Redrive redrive = Engine.open("embedded:" + folder.path())) {
      return flow(redrive, isOrdered);
    }
  }

  private static double flow(Redrive redrive, boolean isOrdered) throws Exception {
    QueueOptions.Builder<byte[]> options =
        QueueOptions.builder("bench", Codec.bytes()).concurrency(64);
    Queue<byte[]> queue = redrive.queue((isOrdered ? options.ordered() : options).build());
    CountDownLatch dead = new CountDownLatch(isOrdered ? BLOCKED_KEYS : 0);
    CountDownLatch acknowledged = new CountDownLatch(FLOWS);
    Redrive.Registration listening =
        redrive.listen(
            event -> {
              if (event instanceof Event.Succeeded) {
                acknowledged.countDown();
              } else if (event instanceof Event.Died) {
                dead.countDown();
              }
            });
    Worker worker = queue.handle(OrderBenchmark::handle);
    try {
      if (isOrdered) {
        block(queue);
      }
      dead.await();
      byte[] body = new byte[BODY_BYTES];
      return Senders.run(
          FLOWS, number -> send(queue, "key-" + number % KEYS, body).join(), acknowledged);
    } finally {
      worker.close();
      listening.close();
    }
  }

  private static void handle(Message<byte[]> message) {
    if (message.key().orElse("").startsWith(BLOCKED)) {
      throw new RejectedException("blocks its key");
    }
  }

  private static void block(Queue<byte[]> queue) {
    List<CompletableFuture<?>> sends = new ArrayList<>();
    for (int i = 0; i < BLOCKED_KEYS * BEHIND_EACH; i++) {
      sends.add(send(queue, BLOCKED + i % BLOCKED_KEYS, new byte[BODY_BYTES]));
    }
    CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new)).join();
  }

  private static CompletableFuture<?> send(Queue<byte[]> queue, String key, byte[] body) {
    return queue.send(Outgoing.of(body).key(key)).toCompletableFuture();
  }
}
