// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.benchmarks.KafkaConsuming.Ours;
import dev.redrive.benchmarks.ParallelConsumer.Ordering;
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
 * unless told otherwise, and without, as the others do. {@link KafkaParallel} has topics of its
 * own, of one partition.
 */
final class KafkaBenchmark {
  static final int BODY_BYTES = 256;
  static final int MESSAGES = 50_000;
  static final int ROUNDS = 7;
  // Fewer, and the same loop is measured at a quarter of its rate in the first row.
  static final int WARM_UPS = 8;
  // Spring takes half a minute for five times as many.
  private static final int RETRY_MESSAGES = 6_000;
  private static final int RETRY_ROUNDS = 3;
  static final int WORKERS = 64;
  static final SendingSide STREAMING = new SendingSide(32, 32);
  private static final SendingSide WAITING = new SendingSide(32, 1);
  private static final int PARTITIONS = 8;
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

  /** Messages that take a while alone. */
  static List<Row> runParallel() throws Exception {
    return run(KafkaBenchmark::parallel);
  }

  /** Retries alone. */
  static List<Row> runRetries() throws Exception {
    return run(KafkaBenchmark::retries);
  }

  private interface Part {
    List<Row> rows(KafkaBenchmark benchmark) throws Exception;
  }

  private static List<Row> run(Part part) throws Exception {
    // As a broker comes: a session that a busy machine does not end, the members of a new group are
    // waited for, and threads that suffice.
    Map<String, String> settings =
        Map.of(
            "broker.session.timeout.ms", "9000",
            "group.initial.rebalance.delay.ms", "500",
            "num.network.threads", "3",
            "num.io.threads", "8");
    try (KafkaServer server = KafkaServer.start(settings, List.of("-Xms1g", "-Xmx1g"));
        BareKafka bare = new BareKafka(server.bootstrap());
        Redrive marking = open(server.bootstrap(), PARTITIONS, true);
        Redrive unmarking = open(server.bootstrap(), PARTITIONS, false)) {
      bare.makeTopics(PARTITIONS, SENT, KafkaConsuming.BARE, SpringKafka.TOPIC);
      try (SpringKafka spring = new SpringKafka(server.bootstrap(), PARTITIONS)) {
        return part.rows(new KafkaBenchmark(marking, unmarking, bare, spring));
      }
    }
  }

  private static Redrive open(String bootstrap, int partitions, boolean marksAttempts) {
    return Engine.open(
        String.format(
            Locale.ROOT,
            "kafka://%s?partitions=%d&attemptMarks=%s",
            bootstrap,
            partitions,
            marksAttempts));
  }

  private List<Row> all() throws Exception {
    List<Row> rows = new ArrayList<>();
    rows.add(sends("32 senders that wait", WAITING));
    rows.add(sends("1,024 in flight", STREAMING));
    rows.addAll(consuming());
    rows.addAll(parallel());
    rows.addAll(retries());
    return rows;
  }

  private Row sends(String how, SendingSide senders) throws Exception {
    Queue<byte[]> queue = queue(marking, "sends");
    ProcessorTime ours = new ProcessorTime(MESSAGES, ROUNDS);
    ProcessorTime ofBare = new ProcessorTime(MESSAGES, ROUNDS);
    return new Duel("Kafka: send, " + how + " / bare producer", 0.9, ROUNDS)
        .warmedUpBy(WARM_UPS)
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
    Ours unmarked = new Ours(unmarking, queue(unmarking, "unmarked"));
    Ours marked = new Ours(marking, queue(marking, "marked"));
    return List.of(
        consuming.run("Kafka: handle→ack, unmarked / bare consumer", 0.9, unmarked, true),
        consuming.run("Kafka: handle→ack, marked / bare consumer", 0, marked, true).untargeted(),
        consuming
            .run("Kafka: handle→ack, unmarked / bare that reads on", 0, unmarked, false)
            .untargeted());
  }

  private List<Row> parallel() throws Exception {
    String bootstrap = bare.bootstrap();
    try (Redrive unmarked = open(bootstrap, 1, false);
        Redrive marked = open(bootstrap, 1, true);
        ParallelConsumer theirs = new ParallelConsumer(bootstrap)) {
      return List.of(
          new KafkaParallel(bare, theirs, unmarked, Ordering.UNORDERED, "unordered")
              .run("Kafka: work, unmarked / Parallel Consumer"),
          new KafkaParallel(bare, theirs, unmarked, Ordering.KEY, "by-key")
              .run("Kafka: work by key, unmarked / the same"),
          new KafkaParallel(bare, theirs, marked, Ordering.UNORDERED, "unordered-marked")
              .run("Kafka: work, marked / the same")
              .untargeted(),
          new KafkaParallel(bare, theirs, marked, Ordering.KEY, "by-key-marked")
              .run("Kafka: work by key, marked / the same")
              .untargeted());
    }
  }

  private List<Row> retries() throws Exception {
    Retries retries = new Retries("Kafka", marking);
    Queue<byte[]> queue = retries.queue("retries", Jitter.none());
    ProcessorTime ours = new ProcessorTime(RETRY_MESSAGES, RETRY_ROUNDS);
    ProcessorTime ofSpring = new ProcessorTime(RETRY_MESSAGES, RETRY_ROUNDS);
    Row settled =
        new Duel("Kafka: 10 % failing, first attempts / Spring", 1, RETRY_ROUNDS)
            .run(
                () -> ourRetries(retries, queue, ours).settledRate(),
                () -> springRetries(ofSpring).settledRate())
            .and(ours.against(ofSpring));
    Row succeeded =
        new Duel("Kafka: 10 % failing, until all succeeded / Spring", 1, RETRY_ROUNDS)
            .run(
                () -> ourRetries(retries, queue, ours).succeededRate(),
                () -> springRetries(ofSpring).succeededRate());
    return List.of(settled, succeeded, retries.lateness(), springLateness());
  }

  private static RetryTally ourRetries(Retries retries, Queue<byte[]> queue, ProcessorTime time)
      throws Exception {
    return retries.settle(queue, RETRY_MESSAGES, Retries.FAILING_OF, time);
  }

  private RetryTally springRetries(ProcessorTime time) throws Exception {
    STREAMING.run(RETRY_MESSAGES, BODY_BYTES, body -> bare.send(SpringKafka.TOPIC, body));
    RetryTally tally = new RetryTally(RETRY_MESSAGES, Retries.FAILING_OF);
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
