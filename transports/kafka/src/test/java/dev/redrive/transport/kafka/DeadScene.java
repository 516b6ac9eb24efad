// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A queue with its dead letters on a real broker, and clerks that look after them. */
final class DeadScene implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(60);
  static final DeadLetterFilter ALL = DeadLetterFilter.all();
  private static final int PARTITIONS = 3;
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final RealTime time = new RealTime(7);
  private final Names names = new Names("redrive", Optional.empty());
  private final String queue;
  private final String bootstrap;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Clerk> clerks = new ArrayList<>();
  private final List<KafkaProducer<byte[], byte[]>> left = new ArrayList<>();
  private final AtomicInteger purged = new AtomicInteger();
  private long offset;

  /** A process that looks after dead letters, with clients of its own. */
  record Clerk(Admin admin, DeadTopic topic, AtomicInteger purged) implements AutoCloseable {
    DeadLetters letters() {
      return topic.letters();
    }

    DeadLetterPage page(Optional<String> cursor, int limit) {
      return await(letters().browse(ALL, cursor, limit));
    }

    List<String> ids() {
      return page(Optional.empty(), 1_000).items().stream().map(DeadLetter::id).toList();
    }

    long count() {
      return await(letters().count(ALL));
    }

    int replay(int max) {
      return await(letters().replay(ALL, max));
    }

    int purge(int max) {
      return await(letters().purge(ALL, max));
    }

    @Override
    public void close() {
      topic.close();
      admin.close(Duration.ZERO);
    }
  }

  DeadScene(String queue) {
    this(queue, Map.of());
  }

  /**
   * @param settings of the dead topic
   */
  DeadScene(String queue, Map<String, String> settings) {
    // Of a test that is run again as well.
    this.queue = queue + "-" + COUNT.incrementAndGet();
    this.bootstrap = KafkaServer.shared().bootstrap();
    this.admin = Clients.admin(config(bootstrap));
    this.producer = new Clients(config(bootstrap), true).producer("sender of " + this.queue);
    create(this.queue, PARTITIONS, Map.of());
    create(dead(), 1, settings);
    producer.initTransactions();
  }

  void create(String topic, int partitions, Map<String, String> settings) {
    NewTopic made = new NewTopic(topic, Optional.of(partitions), Optional.empty());
    if (partitions == 1) {
      Map<String, String> all = new HashMap<>(settings);
      all.putIfAbsent("cleanup.policy", "compact");
      made.configs(all);
    }
    got(admin.createTopics(List.of(made)).all().toCompletionStage());
  }

  private static KafkaTransportConfig config(String bootstrap) {
    return KafkaTransportConfig.builder()
        .servers(List.of(bootstrap))
        .requestTime(Duration.ofSeconds(2))
        .transactionTime(Duration.ofSeconds(20))
        .build();
  }

  String queue() {
    return queue;
  }

  Names names() {
    return names;
  }

  /** Counts what movers that are no clerk's have purged. */
  AtomicInteger purged() {
    return purged;
  }

  /** A reading that is no clerk's, and waits so long for transactions of others. */
  LetterReading reading(Duration transactionMax) {
    return new LetterReading(
        queue,
        new TopicReader(dead(), clients(), admin, time),
        new LetterIndex(queue, new LetterMemory(LetterMemory.BYTES_MAX)),
        transactionMax);
  }

  void set(String topic, String setting, String value) {
    AlterConfigOp change =
        new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    got(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().toCompletionStage());
  }

  String bootstrap() {
    return bootstrap;
  }

  String dead() {
    return names.dead(queue);
  }

  Admin admin() {
    return admin;
  }

  RealTime time() {
    return time;
  }

  Clients clients() {
    return new Clients(config(bootstrap), true);
  }

  Clerk clerk() {
    return clerk(bootstrap, LetterMemory.BYTES_MAX);
  }

  /** A process that comes to the broker by this way, and may remember so much. */
  Clerk clerk(String bootstrap, long memory) {
    Clients clients = new Clients(config(bootstrap), true);
    Admin own = Clients.admin(clients.config());
    DeadTopics shared =
        new DeadTopics(names, clients, own, time.environment(), new LetterMemory(memory));
    AtomicInteger purged = new AtomicInteger();
    Clerk clerk = new Clerk(own, shared.of(queue, purged::addAndGet), purged);
    clerks.add(clerk);
    return clerk;
  }

  /** A letter, not sent. */
  ProducerRecord<byte[], byte[]> letter(String id, Settlement.Dead dead) {
    return Died.message(queue, id, offset++, "key of " + id)
        .letter(dead(), new Letter.Death(dead, 0, names.group(queue), Died.DIED, false));
  }

  /** Letters of these messages, in this order. */
  void kill(String... ids) {
    producer.beginTransaction();
    Arrays.stream(ids).map(id -> letter(id, Died.dead())).forEach(this::send);
    producer.commitTransaction();
  }

  void killMany(int from, int to) {
    kill(IntStream.range(from, to).mapToObj(i -> "m" + i).toArray(String[]::new));
  }

  /** Writes something in a transaction of its own. */
  void write(ProducerRecord<byte[], byte[]> record) {
    producer.beginTransaction();
    send(record);
    producer.commitTransaction();
  }

  /**
   * Leaves a transaction open that begins with a letter; the broker ends it after eight seconds.
   */
  void leaveOpen(String id) {
    KafkaTransportConfig config =
        KafkaTransportConfig.builder()
            .servers(List.of(bootstrap))
            .transactionTime(Duration.ofSeconds(8))
            .build();
    KafkaProducer<byte[], byte[]> other = new Clients(config, true).producer("open in " + queue);
    other.initTransactions();
    other.beginTransaction();
    var unused = other.send(letter(id, Died.dead()));
    other.flush();
    left.add(other);
  }

  /** A letter with so much payload. */
  void sendLarge(String id, int bytes) {
    Headers headers = new RecordHeaders();
    Wire.put(headers, WireHeaders.ID, id);
    byte[] incompressible = new byte[bytes];
    new SplittableRandom(7).nextBytes(incompressible);
    Content large = new Content(Died.at(queue, offset++, null, incompressible, headers));
    write(
        large.letter(
            dead(), new Letter.Death(Died.dead(), 0, names.group(queue), Died.DIED, false)));
  }

  KafkaProducer<byte[], byte[]> producer() {
    return producer;
  }

  /** In the transaction that is open. */
  void send(ProducerRecord<byte[], byte[]> record) {
    var unused = producer.send(record);
  }

  /** What is committed in the queue, its ids. */
  List<String> replayed() {
    return messages().stream().map(record -> new Content(record).id()).toList();
  }

  List<ConsumerRecord<byte[], byte[]>> messages() {
    return read(queue, PARTITIONS);
  }

  /** Whether there is an open transaction in the partition of the queue that letters go to. */
  boolean isHeldUp() {
    TopicPartition partition = new TopicPartition(queue, 1);
    return end(partition, IsolationLevel.READ_COMMITTED)
        < end(partition, IsolationLevel.READ_UNCOMMITTED);
  }

  private long end(TopicPartition partition, IsolationLevel isolation) {
    return got(admin
            .listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
            .partitionResult(partition)
            .toCompletionStage())
        .offset();
  }

  /** How many records lie in a topic of one partition. */
  int recordsOf(String topic) {
    return read(topic, 1).size();
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic, int partitions) {
    try (KafkaConsumer<byte[], byte[]> consumer = clients().reader()) {
      List<TopicPartition> all =
          IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
      while (all.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
        consumer.poll(Duration.ofMillis(100)).forEach(found::add);
      }
      return found;
    }
  }

  static <T> T await(CompletionStage<T> stage) {
    return got(stage);
  }

  private static <T> T got(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(BOUND.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(failure);
    } catch (InterruptedException | TimeoutException failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() {
    clerks.forEach(Clerk::close);
    left.forEach(other -> other.close(Duration.ZERO));
    producer.close(Duration.ZERO);
    admin.close(Duration.ZERO);
    time.close();
  }
}
