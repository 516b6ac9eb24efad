// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import static dev.redrive.benchmarks.RabbitBenchmark.BODY_BYTES;
import static dev.redrive.benchmarks.RabbitBenchmark.MESSAGES;
import static dev.redrive.benchmarks.RabbitBenchmark.ROUNDS;
import static dev.redrive.benchmarks.RabbitBenchmark.STREAMING;
import static dev.redrive.benchmarks.RabbitBenchmark.WORKERS;

import dev.redrive.Queue;
import dev.redrive.Redrive;
import java.util.List;
import java.util.Locale;

/**
 * A full queue is emptied, by us, by RabbitMQ's own client and by Spring AMQP; and what processor
 * time that took, which other programs on the machine change less than the rate.
 */
final class RabbitConsuming {
  // What the engine asks for with so many workers.
  private static final int PREFETCH = 2 * WORKERS;
  private static final int SPRING_CONSUMERS = 4;

  private final String name;
  private final Queue<byte[]> queue;
  private final Redrive redrive;
  private final BareRabbit bare;
  private final SpringRabbit spring;
  private final ProcessorTime ours = new ProcessorTime(MESSAGES, ROUNDS);
  private final ProcessorTime ofBare = new ProcessorTime(MESSAGES, ROUNDS);
  private final ProcessorTime ofSpring = new ProcessorTime(MESSAGES, ROUNDS);

  RabbitConsuming(
      String name, Queue<byte[]> queue, Redrive redrive, BareRabbit bare, SpringRabbit spring) {
    this.name = name;
    this.queue = queue;
    this.redrive = redrive;
    this.bare = bare;
    this.spring = spring;
  }

  List<Row> run() throws Exception {
    return List.of(
        new Duel("RabbitMQ: handle→ack / bare client", 0.9, ROUNDS)
            .run(this::consume, this::consumeBare),
        new Duel("RabbitMQ: handle→ack / Spring AMQP", 1.0, ROUNDS)
            .run(this::consume, this::consumeSpring),
        Row.told(
            "RabbitMQ: handle→ack, processor time a message",
            String.format(Locale.ROOT, "%.1f µs", ours.here()),
            String.format(
                Locale.ROOT,
                "bare %.1f µs, Spring %.1f µs; and of the broker %.1f, %.1f, %.1f µs",
                ofBare.here(),
                ofSpring.here(),
                ours.broker(),
                ofBare.broker(),
                ofSpring.broker())));
  }

  private void fill(SendingSide.Send send) throws Exception {
    // A few messages were seen again after the bare client had acknowledged them and closed.
    bare.purge(name);
    STREAMING.run(MESSAGES, BODY_BYTES, send);
  }

  private double consume() throws Exception {
    fill(queue::send);
    return ours.of(() -> new HandlingSide(redrive, queue).rate(MESSAGES, message -> {}));
  }

  private double consumeBare() throws Exception {
    fill(body -> bare.send(name, body));
    return ofBare.of(() -> bare.consume(name, MESSAGES, WORKERS, PREFETCH));
  }

  private double consumeSpring() throws Exception {
    fill(body -> bare.send(name, body));
    return ofSpring.of(() -> spring.consume(name, MESSAGES, SPRING_CONSUMERS, PREFETCH));
  }
}
