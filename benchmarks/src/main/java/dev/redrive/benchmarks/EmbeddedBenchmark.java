// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.SendResult;
import dev.redrive.Worker;
import dev.redrive.core.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** The embedded transport against the bare store below it. */
final class EmbeddedBenchmark {
  private static final int BODY_BYTES = 256;
  private static final int SENDS = 100_000;
  private static final int FLOWS = 100_000;
  private static final int ROUNDS = 5;
  private static final int CONSUMERS = 16;
  private static final int TAKEN_MAX = 16;
  private static final int PRELOAD_BATCH = 1_000;

  private EmbeddedBenchmark() {}

  static List<Row> run(int backlog) throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Duel("embedded: send, 32 senders / bare store", 0.8, ROUNDS)
            .run(EmbeddedBenchmark::send, EmbeddedBenchmark::sendBare));
    rows.add(
        new Duel("embedded: send→handle→ack / bare store", 0.7, ROUNDS)
            .run(EmbeddedBenchmark::flow, EmbeddedBenchmark::flowBare));
    rows.add(backlog(backlog));
    return rows;
  }

  private static Redrive open(Folders folder) {
    return Engine.open("embedded:" + folder.path());
  }

  private static Queue<byte[]> queue(Redrive redrive, String name) {
    return redrive.queue(QueueOptions.builder(name, Codec.bytes()).concurrency(64).build());
  }

  private static double send() throws Exception {
    try (Folders folder = new Folders();
        Redrive redrive = open(folder)) {
      Queue<byte[]> queue = queue(redrive, "bench");
      byte[] body = new byte[BODY_BYTES];
      return Senders.run(SENDS, number -> queue.send(body).toCompletableFuture().join());
    }
  }

  private static double sendBare() throws Exception {
    try (Folders folder = new Folders();
        BareStore store = new BareStore(folder.path())) {
      byte[] body = new byte[BODY_BYTES];
      return Senders.run(SENDS, number -> store.enqueue(number, body).join());
    }
  }

  private static double flow() throws Exception {
    try (Folders folder = new Folders();
        Redrive redrive = open(folder)) {
      return flow(redrive);
    }
  }

  private static double flow(Redrive redrive) throws Exception {
    Queue<byte[]> queue = queue(redrive, "bench");
    byte[] body = new byte[BODY_BYTES];
    CountDownLatch acknowledged = new CountDownLatch(FLOWS);
    Redrive.Registration listening =
        redrive.listen(
            event -> {
              if (event instanceof Event.Succeeded) {
                acknowledged.countDown();
              }
            });
    Worker worker = queue.handle(message -> {});
    try {
      return Senders.run(
          FLOWS, number -> queue.send(body).toCompletableFuture().join(), acknowledged);
    } finally {
      worker.close();
      listening.close();
    }
  }

  private static double flowBare() throws Exception {
    try (Folders folder = new Folders();
        BareStore store = new BareStore(folder.path())) {
      byte[] body = new byte[BODY_BYTES];
      BlockingQueue<Long> ready = new LinkedBlockingQueue<>();
      CountDownLatch acknowledged = new CountDownLatch(FLOWS);
      List<Thread> consumers = new ArrayList<>();
      for (int i = 0; i < CONSUMERS; i++) {
        Thread consumer = new Thread(() -> consume(store, ready, acknowledged));
        consumer.start();
        consumers.add(consumer);
      }
      double rate =
          Senders.run(
              FLOWS,
              number -> {
                store.enqueue(number, body).join();
                ready.add((long) number);
              },
              acknowledged);
      for (Thread consumer : consumers) {
        consumer.interrupt();
        consumer.join();
      }
      return rate;
    }
  }

  private static void consume(
      BareStore store, BlockingQueue<Long> ready, CountDownLatch acknowledged) {
    List<Long> taken = new ArrayList<>();
    try {
      while (true) {
        taken.clear();
        taken.add(ready.take());
        ready.drainTo(taken, TAKEN_MAX - 1);
        CompletableFuture<?>[] begun =
            taken.stream().map(store::begin).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(begun).join();
        CompletableFuture<?>[] done =
            taken.stream().map(store::acknowledge).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(done).join();
        for (int i = 0; i < done.length; i++) {
          acknowledged.countDown();
        }
      }
    } catch (InterruptedException end) {
      // The run is over: this is how consumers are told.
      Thread.currentThread().interrupt();
    }
  }

  private static Row backlog(int backlog) throws Exception {
    try (Folders full = new Folders();
        Redrive loaded = open(full);
        Folders fresh = new Folders();
        Redrive empty = open(fresh)) {
      preload(queue(loaded, "bench"), backlog);
      return new Duel(
              String.format(
                  java.util.Locale.ROOT, "embedded: flow with %,d waiting / empty", backlog),
              0.9,
              ROUNDS)
          .run(() -> flow(loaded), () -> flow(empty));
    }
  }

  /** Messages that are due at random times within a day, from an hour on. */
  static void preload(Queue<byte[]> queue, int count) {
    java.util.SplittableRandom random = new java.util.SplittableRandom(1);
    byte[] body = new byte[BODY_BYTES];
    List<CompletableFuture<List<SendResult>>> pending = new ArrayList<>();
    for (int sent = 0; sent < count; sent += PRELOAD_BATCH) {
      List<Outgoing<byte[]>> batch = new ArrayList<>(PRELOAD_BATCH);
      for (int i = 0; i < Math.min(PRELOAD_BATCH, count - sent); i++) {
        batch.add(
            Outgoing.of(body).after(Duration.ofHours(1).plusMillis(random.nextLong(86_400_000L))));
      }
      pending.add(queue.sendAll(batch).toCompletableFuture());
      if (pending.size() == 4) {
        pending.remove(0).join().forEach(SendResult::orThrow);
      }
    }
    pending.forEach(batch -> batch.join().forEach(SendResult::orThrow));
  }
}
