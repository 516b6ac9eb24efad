// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** One of many that take a queue's messages: to the broker, a process of its own. Thread-safe. */
final class StormMember {
  private static final int CONCURRENCY = 16;

  /**
   * How many calls of its handler may not be settled: what is in hand, and the ends on their way.
   */
  static final int OPEN_CALLS_MAX = 8 * CONCURRENCY;

  // One that is cut off may well be so again.
  private static final int ATTEMPTS = 50;

  private final KafkaWay way;
  private final Tally tally;
  private final Redrive redrive;
  private final AtomicInteger called = new AtomicInteger();
  private final AtomicInteger succeeded = new AtomicInteger();

  /** Joins; the way is closed when it has left. */
  StormMember(KafkaWay way, String queue, String options, Tally tally) {
    this.way = way;
    this.tally = tally;
    this.redrive = Engine.open("kafka://" + way.bootstrap() + options);
    redrive.listen(this::on);
    redrive.queue(options(queue)).handle(this::handle);
  }

  static QueueOptions<String> options(String queue) {
    return QueueOptions.builder(queue, Codec.text())
        .concurrency(CONCURRENCY)
        .policy(RetryPolicy.builder().attempts(ATTEMPTS).build())
        .build();
  }

  private void handle(Message<String> message) {
    called.incrementAndGet();
    tally.called(Integer.parseInt(message.id()));
  }

  private void on(Event event) {
    if (event instanceof Event.Succeeded done) {
      succeeded.incrementAndGet();
      tally.succeeded(Integer.parseInt(done.id()));
    }
  }

  /** Leaves in good order. */
  void leave() {
    redrive.close();
    way.close();
  }

  /** As {@code kill -9}: nothing that it does reaches the broker any more. */
  void die() {
    way.cut();
    redrive.close(Duration.ZERO);
    // Not before, as whoever gets it next would lend it to this one.
    way.close();
  }

  /** How many calls of its handler were not settled. */
  int abandonedCount() {
    return called.get() - succeeded.get();
  }
}
