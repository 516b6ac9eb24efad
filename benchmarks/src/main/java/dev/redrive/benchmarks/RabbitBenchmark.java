// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
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
  static final int BODY_BYTES = 256;
  static final int MESSAGES = 30_000;
  static final int ROUNDS = 5;
  static final int WORKERS = 64;
  private static final SendingSide WAITING = new SendingSide(32, 1);
  static final SendingSide STREAMING = new SendingSide(32, 32);

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
    return run(RabbitBenchmark::all);
  }

  /** Consuming alone. */
  static List<Row> runConsuming() throws Exception {
    return run(RabbitBenchmark::consuming);
  }

  private static List<Row> run(Part part) throws Exception {
    try (RabbitServer server = RabbitServer.startRoomy();
        Redrive redrive = open(server);
        BareRabbit bare = new BareRabbit(server.port());
        SpringRabbit spring = new SpringRabbit(server.port(), Senders.COUNT)) {
      Queue<byte[]> queue =
          redrive.queue(QueueOptions.builder(QUEUE, Codec.bytes()).concurrency(WORKERS).build());
      return part.rows(new RabbitBenchmark(redrive, queue, bare, spring));
    }
  }

  private interface Part {
    List<Row> rows(RabbitBenchmark benchmark) throws Exception;
  }

  private List<Row> all() throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.addAll(sends("32 senders that wait", WAITING));
    rows.addAll(sends("1,024 in flight", STREAMING));
    rows.addAll(consuming());
    rows.add(new Retries("RabbitMQ", redrive).lateness());
    return rows;
  }

  private List<Row> consuming() throws Exception {
    RabbitConsuming consuming = new RabbitConsuming(QUEUE, queue, redrive, bare, spring);
    List<Row> rows = new ArrayList<>(consuming.run());
    rows.add(new Retries("RabbitMQ", redrive).cost());
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
}
