// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import static dev.redrive.benchmarks.KafkaBenchmark.BODY_BYTES;
import static dev.redrive.benchmarks.KafkaBenchmark.ROUNDS;
import static dev.redrive.benchmarks.KafkaBenchmark.WARM_UPS;

import dev.redrive.Codec;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.benchmarks.ParallelConsumer.Ordering;
import dev.redrive.benchmarks.ParallelConsumer.Rates;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Messages that take a while, in a topic of one partition, handled several at once: the test of the
 * README of Confluent's Parallel Consumer. How long each takes is drawn once, and both sides get
 * the same messages in the same order.
 */
final class KafkaParallel {
  private static final int MESSAGES = 10_000;
  private static final int WORKERS = 16;
  // With so many it is at its best there.
  private static final int KEYS = 1_000;
  // Whole milliseconds, 0 to 4, as its test draws what the README calls 0 to 5.
  private static final int[] MILLIS = new Random(5).ints(MESSAGES, 0, 5).toArray();

  private final BareKafka bare;
  private final ParallelConsumer theirs;
  private final Redrive redrive;
  private final Ordering ordering;
  private final Queue<byte[]> queue;
  private final String topic;
  private final ProcessorTime ours = new ProcessorTime(MESSAGES, ROUNDS);
  private final ProcessorTime ofTheirs;
  private final List<Double> handledRates = new ArrayList<>();

  /** With a queue and a topic of its own, both named after this. */
  KafkaParallel(
      BareKafka bare, ParallelConsumer theirs, Redrive redrive, Ordering ordering, String name) {
    this.bare = bare;
    this.theirs = theirs;
    this.redrive = redrive;
    this.ordering = ordering;
    this.queue = queue(redrive, ordering, name);
    this.topic = "theirs-" + name;
    this.ofTheirs = new ProcessorTime(MESSAGES, ROUNDS, theirs.process());
  }

  private static Queue<byte[]> queue(Redrive redrive, Ordering ordering, String name) {
    QueueOptions.Builder<byte[]> options =
        QueueOptions.builder("ours-" + name, Codec.bytes()).concurrency(WORKERS);
    return redrive.queue((ordering == Ordering.KEY ? options.ordered() : options).build());
  }

  Row run(String name) throws Exception {
    bare.makeTopics(1, topic);
    Row row =
        new Duel(name, 1, ROUNDS)
            .warmedUpBy(WARM_UPS)
            .run(this::consume, this::consumeTheirs)
            .and(ours.against(ofTheirs));
    double handled =
        handledRates.stream().skip(WARM_UPS).sorted().skip(ROUNDS / 2).findFirst().orElseThrow();
    return row.and(
        String.format(Locale.ROOT, "theirs until the last handler returned %,.0f/s", handled));
  }

  private double consume() throws Exception {
    fill((key, body) -> queue.send(Outgoing.of(body).key(key)).toCompletableFuture());
    HandlingSide handling = new HandlingSide(redrive, queue);
    return ours.of(() -> handling.rate(MESSAGES, message -> Thread.sleep(message.payload()[0])));
  }

  private double consumeTheirs() throws Exception {
    fill((key, body) -> bare.send(topic, key, body));
    return ofTheirs.of(
        () -> {
          Rates rates = theirs.empty(topic, ordering, WORKERS, MESSAGES);
          handledRates.add(rates.handled());
          return rates.committed();
        });
  }

  /** Sends a message; completes when it is durable. */
  private interface Send {
    CompletableFuture<?> send(String key, byte[] body);
  }

  private static void fill(Send send) {
    CompletableFuture<?>[] sent = new CompletableFuture<?>[MESSAGES];
    for (int i = 0; i < MESSAGES; i++) {
      byte[] body = new byte[BODY_BYTES];
      body[0] = (byte) MILLIS[i];
      sent[i] = send.send("key-" + i % KEYS, body);
    }
    CompletableFuture.allOf(sent).join();
  }
}
