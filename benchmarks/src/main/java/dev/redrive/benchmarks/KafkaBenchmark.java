// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.retry.Jitter;
import dev.redrive.testkit.servers.KafkaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The Kafka transport against Kafka's own clients and Spring Kafka, in topics of eight partitions
 * of one node. Consuming is measured with attempts written down before they begin, as Redrive does
 * unless told otherwise, and without, as the others do.
 */
final class KafkaBenchmark {
  static final int BODY_BYTES = 256;
  static final int MESSAGES = 50_000;
  static final int ROUNDS = 5;
  static final int WORKERS = 64;
  static final SendingSide STREAMING = new SendingSide(32, 32);
  private static final SendingSide WAITING = new SendingSide(32, 1);
  private static final int PARTITIONS = 8;
  private static final String MARKED = "Kafka, attempts marked";
  private static final String UNMARKED = "Kafka";
  private static final String SENT = "sent";

  private final Redrive marking;
  private final Redrive unmarking;
  private final BareKafka bare;
  private final SpringKafka spring;

  private KafkaBenchmark(Redrive marking, Redrive unmarking, BareKafka bare, SpringKafka spring) {
    this.marking = marking;
    this.unmarking = unmarking;
    this.bare = bare;
    this.spring = spring;
  }

  static List<Row> run() throws Exception {
    return run(KafkaBenchmark::all);
  }

  /** Consuming alone. */
  static List<Row> runConsuming() throws Exception {
    return run(KafkaBenchmark::consuming);
  }

  private interface Part {
    List<Row> rows(KafkaBenchmark benchmark) throws Exception;
  }

  private static List<Row> run(Part part) throws Exception {
    // As a broker comes: the members of a new group are waited for, and threads that suffice.
    Map<String, String> settings =
        Map.of(
            "group.initial.rebalance.delay.ms", "500",
            "num.network.threads", "3",
            "num.io.threads", "8");
    try (KafkaServer server = KafkaServer.start(settings, List.of("-Xms1g", "-Xmx1g"));
        BareKafka bare = new BareKafka(server.bootstrap());
        Redrive marking = open(server, true);
        Redrive unmarking = open(server, false)) {
      bare.makeTopics(PARTITIONS, SENT, KafkaConsuming.BARE, SpringKafka.TOPIC);
      try (SpringKafka spring = new SpringKafka(server.bootstrap(), PARTITIONS)) {
        return part.rows(new KafkaBenchmark(marking, unmarking, bare, spring));
      }
    }
  }

  private static Redrive open(KafkaServer server, boolean marksAttempts) {
    return Engine.open(
        String.format(
            Locale.ROOT,
            "kafka://%s?partitions=%d&attemptMarks=%s",
            server.bootstrap(),
            PARTITIONS,
            marksAttempts));
  }

  private List<Row> all() throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.add(sends("32 senders that wait", WAITING));
    rows.add(sends("1,024 in flight", STREAMING));
    rows.addAll(consuming());
    rows.addAll(retries());
    return rows;
  }

  private Row sends(String how, SendingSide senders) throws Exception {
    Queue<byte[]> queue = queue(marking, "sends");
    ProcessorTime ours = new ProcessorTime(MESSAGES);
    ProcessorTime ofBare = new ProcessorTime(MESSAGES);
    return new Duel("Kafka: send, " + how + " / bare producer", 0.9, ROUNDS)
        .run(
            () -> ours.of(() -> senders.run(MESSAGES, BODY_BYTES, queue::send)),
            () -> ofBare.of(() -> senders.run(MESSAGES, BODY_BYTES, body -> bare.send(SENT, body))))
        .and(ours.against(ofBare));
  }

  private static Queue<byte[]> queue(Redrive redrive, String name) {
    return redrive.queue(QueueOptions.builder(name, Codec.bytes()).concurrency(WORKERS).build());
  }

  private List<Row> consuming() throws Exception {
    KafkaConsuming consuming = new KafkaConsuming(bare);
    List<Row> rows = new ArrayList<>();
    rows.add(consuming.run(UNMARKED, 0.9, unmarking, queue(unmarking, "unmarked")));
    rows.add(consuming.run(MARKED, 0, marking, queue(marking, "marked")).untargeted());
    return rows;
  }

  private List<Row> retries() throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.addAll(retries(UNMARKED, 1, unmarking, "unmarked-retries"));
    retries(MARKED, 0, marking, "marked-retries").stream().map(Row::untargeted).forEach(rows::add);
    rows.add(new Retries("Kafka", marking).lateness());
    rows.add(springLateness());
    return rows;
  }

  private List<Row> retries(String name, double target, Redrive redrive, String queueName)
      throws Exception {
    Retries retries = new Retries(name, redrive);
    Queue<byte[]> queue = retries.queue(queueName, Jitter.none());
    ProcessorTime ours = new ProcessorTime(Retries.MESSAGES);
    ProcessorTime ofSpring = new ProcessorTime(Retries.MESSAGES);
    Row settled =
        new Duel(name + ": 10 % failing, first attempts / Spring", target, ROUNDS)
            .run(
                () -> retries.settle(queue, Retries.FAILING_OF, ours).settledRate(),
                () -> springSettles(ofSpring).settledRate())
            .and(ours.against(ofSpring));
    Row succeeded =
        new Duel(name + ": 10 % failing, until all succeeded / Spring", target, ROUNDS)
            .run(
                () -> retries.settle(queue, Retries.FAILING_OF, ours).succeededRate(),
                () -> springSettles(ofSpring).succeededRate());
    return List.of(settled, succeeded);
  }

  private RetryTally springSettles(ProcessorTime time) throws Exception {
    STREAMING.run(Retries.MESSAGES, BODY_BYTES, body -> bare.send(SpringKafka.TOPIC, body));
    RetryTally tally = new RetryTally(Retries.MESSAGES, Retries.FAILING_OF);
    return spring.during(
        tally,
        new Lateness(),
        () -> {
          time.of(tally::settledRate);
          tally.succeededRate();
          return tally;
        });
  }

  private Row springLateness() throws Exception {
    RetryTally tally = new RetryTally(Retries.PACED, Retries.FAILING_OF);
    Lateness lateness = new Lateness();
    return spring.during(
        tally,
        lateness,
        () -> {
          SendingSide.paced(
              Retries.PACED, Retries.PACE, BODY_BYTES, body -> bare.send(SpringKafka.TOPIC, body));
          tally.succeededRate();
          return lateness.row(
              "Spring Kafka: lateness of retries, p99",
              String.format(Locale.ROOT, "after 2.5 s, at %,d messages a second", Retries.PACE));
        });
  }
}
