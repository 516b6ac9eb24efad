// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import java.time.Duration;
import java.util.Locale;

/** Retries over a broker, of one attempt in ten: what they cost, and how late they begin. */
final class Retries {
  static final int FAILING_OF = 10;
  static final int BODY_BYTES = 256;
  private static final int MESSAGES = 30_000;
  static final int PACE = 1_000;
  static final int PACED = 20 * PACE;

  /** Beyond two seconds: shorter delays are held in process and never leave it. */
  static final Duration DELAY = Duration.ofMillis(2_500);

  private static final int WORKERS = 64;
  private static final int ROUNDS = 5;
  private static final SendingSide FILL = new SendingSide(32, 32);

  private final String transport;
  private final Redrive redrive;

  Retries(String transport, Redrive redrive) {
    this.transport = transport;
    this.redrive = redrive;
  }

  /** What they cost. */
  Row cost() throws Exception {
    Queue<byte[]> queue = queue("retries", Jitter.additive(DELAY));
    ProcessorTime failing = new ProcessorTime(MESSAGES, ROUNDS);
    ProcessorTime none = new ProcessorTime(MESSAGES, ROUNDS);
    return new Duel(transport + ": handle→settle, 10 % failing / none", 0, ROUNDS)
        .run(
            () -> settle(queue, MESSAGES, FAILING_OF, failing).settledRate(),
            () -> settle(queue, MESSAGES, Integer.MAX_VALUE, none).settledRate())
        .and(failing.against(none))
        .untargeted();
  }

  /** A queue whose messages are tried twice. */
  Queue<byte[]> queue(String name, Jitter jitter) {
    RetryPolicy policy =
        RetryPolicy.builder().backoff(Backoff.fixed(DELAY)).jitter(jitter).attempts(2).build();
    return redrive.queue(
        QueueOptions.builder(name, Codec.bytes()).concurrency(WORKERS).policy(policy).build());
  }

  /**
   * Fills a queue, and empties it until all have succeeded.
   *
   * @param time is taken until no first attempt is left
   */
  RetryTally settle(Queue<byte[]> queue, int messages, int failingOf, ProcessorTime time)
      throws Exception {
    FILL.run(messages, BODY_BYTES, queue::send);
    RetryTally tally = new RetryTally(messages, failingOf);
    return new HandlingSide(redrive, queue)
        .during(
            message -> tally.attempt(message.attempt()),
            event -> count(event, tally),
            () -> {
              time.of(tally::settledRate);
              tally.succeededRate();
              return tally;
            });
  }

  private static void count(Event event, RetryTally tally) {
    if (event instanceof Event.Succeeded success) {
      tally.succeeded(success.attempt());
    } else if (event instanceof Event.Retried) {
      tally.failed();
    }
  }

  /** How late they begin, at a pace that keeps the queue empty: they wait for nothing else. */
  Row lateness() throws Exception {
    Queue<byte[]> queue = queue("lateness", Jitter.additive(DELAY));
    Lateness lateness = new Lateness();
    RetryTally tally = new RetryTally(PACED, FAILING_OF);
    return new HandlingSide(redrive, queue)
        .during(
            message -> tally.attempt(message.attempt()),
            event -> {
              count(event, tally);
              if (event instanceof Event.Started started && started.attempt() == 2) {
                lateness.add(started.lateness().toNanos());
              }
            },
            () -> {
              SendingSide.paced(PACED, PACE, BODY_BYTES, queue::send);
              tally.succeededRate();
              return lateness.row(
                  transport + ": lateness of retries, p99",
                  String.format(
                      Locale.ROOT, "by the ladder, 2.5 to 5 s, at %,d messages a second", PACE));
            });
  }
}
