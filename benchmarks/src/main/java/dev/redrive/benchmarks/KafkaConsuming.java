// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import static dev.redrive.benchmarks.KafkaBenchmark.BODY_BYTES;
import static dev.redrive.benchmarks.KafkaBenchmark.MESSAGES;
import static dev.redrive.benchmarks.KafkaBenchmark.ROUNDS;
import static dev.redrive.benchmarks.KafkaBenchmark.STREAMING;
import static dev.redrive.benchmarks.KafkaBenchmark.WORKERS;

import dev.redrive.Queue;
import dev.redrive.Redrive;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A full topic is emptied, by us, by Kafka's own client and by Confluent's Parallel Consumer. */
final class KafkaConsuming {
  static final String BARE = "bare";
  static final String PARALLEL = "parallel";

  // What the engine asks for with so many workers.
  private static final int WINDOW = 2 * WORKERS;
  private static final int WORKING_MESSAGES = 10_000;
  private static final long WORK_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(5);

  private final BareKafka bare;
  private final ParallelKafka parallel;

  KafkaConsuming(BareKafka bare) {
    this.bare = bare;
    this.parallel = new ParallelKafka(bare);
  }

  /**
   * What Redrive does with its attempts written down, and without.
   *
   * @param name in the table
   */
  List<Row> run(String name, double target, Redrive redrive, Queue<byte[]> queue)
      throws Exception {
    HandlingSide handling = new HandlingSide(redrive, queue);
    List<Row> rows = new ArrayList<>();
    ProcessorTime ours = new ProcessorTime(MESSAGES);
    ProcessorTime ofBare = new ProcessorTime(MESSAGES);
    rows.add(
        new Duel(name + ": handle→ack / bare consumer", target, ROUNDS)
            .run(
                () -> {
                  fill(MESSAGES, queue::send);
                  return ours.of(() -> handling.rate(MESSAGES, () -> {}));
                },
                () -> {
                  fill(MESSAGES, body -> bare.send(BARE, body));
                  return ofBare.of(() -> bare.consume(BARE, MESSAGES, WORKERS, WINDOW));
                })
            .and(ours.against(ofBare)));
    ProcessorTime working = new ProcessorTime(WORKING_MESSAGES);
    ProcessorTime ofParallel = new ProcessorTime(WORKING_MESSAGES);
    rows.add(
        new Duel(name + ": 0 to 5 ms of work / Parallel Consumer", target == 0 ? 0 : 1, ROUNDS)
            .run(
                () -> {
                  fill(WORKING_MESSAGES, queue::send);
                  return working.of(() -> handling.rate(WORKING_MESSAGES, KafkaConsuming::work));
                },
                () -> {
                  fill(WORKING_MESSAGES, body -> bare.send(PARALLEL, body));
                  return ofParallel.of(
                      () ->
                          parallel.consume(
                              PARALLEL, WORKING_MESSAGES, WORKERS, KafkaConsuming::work));
                })
            .and(working.against(ofParallel)));
    return rows;
  }

  private static void fill(int messages, SendingSide.Send send) throws Exception {
    STREAMING.run(messages, BODY_BYTES, send);
  }

  private static void work() {
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(WORK_NANOS_MAX));
  }
}
