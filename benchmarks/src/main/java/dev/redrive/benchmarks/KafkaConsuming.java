// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import static dev.redrive.benchmarks.KafkaBenchmark.BODY_BYTES;
import static dev.redrive.benchmarks.KafkaBenchmark.MESSAGES;
import static dev.redrive.benchmarks.KafkaBenchmark.ROUNDS;
import static dev.redrive.benchmarks.KafkaBenchmark.STREAMING;
import static dev.redrive.benchmarks.KafkaBenchmark.WARM_UPS;
import static dev.redrive.benchmarks.KafkaBenchmark.WORKERS;

import dev.redrive.Queue;
import dev.redrive.Redrive;

/**
 * A full topic is emptied, by us and by Kafka's own client; and what processor time that took,
 * which other programs on the machine change less than the rate.
 */
final class KafkaConsuming {
  static final String BARE = "bare";

  // What the engine has in hand and unacknowledged at most, with so many workers.
  private static final int WINDOW = 8 * WORKERS;

  private final BareKafka bare;

  KafkaConsuming(BareKafka bare) {
    this.bare = bare;
  }

  /** A queue of ours and what consumes it. */
  record Ours(Redrive redrive, Queue<byte[]> queue) {}

  /**
   * Compares.
   *
   * @param waits whether the other side reads on only when its commit has been accepted
   */
  Row run(String name, double target, Ours here, boolean waits) throws Exception {
    HandlingSide handling = new HandlingSide(here.redrive(), here.queue());
    ProcessorTime ours = new ProcessorTime(MESSAGES, ROUNDS);
    ProcessorTime ofBare = new ProcessorTime(MESSAGES, ROUNDS);
    return new Duel(name, target, ROUNDS)
        .warmedUpBy(WARM_UPS)
        .run(
            () -> {
              STREAMING.run(MESSAGES, BODY_BYTES, here.queue()::send);
              return ours.of(() -> handling.rate(MESSAGES, message -> {}));
            },
            () -> {
              STREAMING.run(MESSAGES, BODY_BYTES, body -> bare.send(BARE, body));
              return ofBare.of(() -> bare.consume(BARE, MESSAGES, WORKERS, WINDOW, waits));
            })
        .and(ours.against(ofBare));
  }
}
