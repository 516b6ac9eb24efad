// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.Worker;
import dev.redrive.core.Engine;
import dev.redrive.testkit.servers.RabbitServer;
import java.util.ArrayList;
import java.util.List;

/**
 * The RabbitMQ transport against RabbitMQ's own client and against Spring AMQP, in one quorum queue
 * of one node: the same threads, confirms, prefetch and messages on their way.
 */
final class RabbitBenchmark {
  private static final String QUEUE = "bench";
  private static final int BODY_BYTES = 256;
  private static final int MESSAGES = 30_000;
  private static final int ROUNDS = 5;
  private static final int WORKERS = 64;
  // What the engine asks for with so many workers.
  private static final int PREFETCH = 2 * WORKERS;
  private static final int SPRING_CONSUMERS = 4;
  private static final SendingSide WAITING = new SendingSide(32, 1);
  private static final SendingSide STREAMING = new SendingSide(32, 32);

  private final Redrive redrive;
  private final Queue<byte[]> queue;
  private final BareRabbit bare;
  private final SpringRabbit spring;

  private RabbitBenchmark(
      Redrive redrive, Queue<byte[]> queue, BareRabbit bare, SpringRabbit spring) {
    this.redrive = redrive;
    this.queue = queue;
    this.bare = bare;
    this.spring = spring;
  }

  static List<Row> run() throws Exception {
    List<Row> rows = new ArrayList<>();
    try (RabbitServer server = RabbitServer.start();
        Redrive redrive = open(server);
        BareRabbit bare = new BareRabbit(server.port());
        SpringRabbit spring = new SpringRabbit(server.port(), Senders.COUNT)) {
      Queue<byte[]> queue =
          redrive.queue(QueueOptions.builder(QUEUE, Codec.bytes()).concurrency(WORKERS).build());
      RabbitBenchmark benchmark = new RabbitBenchmark(redrive, queue, bare, spring);
      rows.addAll(benchmark.sends("32 senders that wait", WAITING));
      rows.addAll(benchmark.sends("1,024 in flight", STREAMING));
      rows.addAll(benchmark.consumes());
      rows.addAll(new RabbitRetries(redrive).run());
    }
    return rows;
  }

  private static Redrive open(RabbitServer server) {
    return Engine.open("amqp://guest:guest@127.0.0.1:" + server.port() + "/");
  }

  private List<Row> sends(String how, SendingSide senders) throws Exception {
    Side ours = () -> send(senders, queue::send);
    return List.of(
        new Duel("RabbitMQ: send, " + how + " / bare client", 0.9, ROUNDS)
            .run(ours, () -> send(senders, body -> bare.send(QUEUE, body))),
        new Duel("RabbitMQ: send, " + how + " / Spring AMQP", 1.0, ROUNDS)
            .run(ours, () -> send(senders, body -> spring.send(QUEUE, body))));
  }

  private double send(SendingSide senders, SendingSide.Send send) throws Exception {
    double rate = senders.run(MESSAGES, BODY_BYTES, send);
    bare.purge(QUEUE);
    return rate;
  }

  private List<Row> consumes() throws Exception {
    return List.of(
        new Duel("RabbitMQ: handle→ack / bare client", 0.9, ROUNDS)
            .run(this::consume, this::consumeBare),
        new Duel("RabbitMQ: handle→ack / Spring AMQP", 1.0, ROUNDS)
            .run(this::consume, this::consumeSpring));
  }

  private void fill(SendingSide.Send send) throws Exception {
    // A few messages were seen again after the bare client had acknowledged them and closed.
    bare.purge(QUEUE);
    STREAMING.run(MESSAGES, BODY_BYTES, send);
  }

  private double consume() throws Exception {
    fill(queue::send);
    Tally tally = new Tally(MESSAGES);
    Redrive.Registration listening =
        redrive.listen(
            event -> {
              if (event instanceof Event.Succeeded) {
                tally.acknowledged();
              }
            });
    Worker worker = queue.handle(message -> tally.handled());
    try {
      return tally.rate();
    } finally {
      worker.drain().toCompletableFuture().join();
      worker.close();
      listening.close();
    }
  }

  private double consumeBare() throws Exception {
    fill(body -> bare.send(QUEUE, body));
    return bare.consume(QUEUE, MESSAGES, WORKERS, PREFETCH);
  }

  private double consumeSpring() throws Exception {
    fill(body -> bare.send(QUEUE, body));
    return spring.consume(QUEUE, MESSAGES, SPRING_CONSUMERS, PREFETCH);
  }
}
