// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.DeadLetters;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A ladder of one's own on the broker that the tests share, and movers that can be cut off. */
final class LadderScene implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(90);

  private static final KafkaServer SERVER = KafkaServer.shared();
  private static final AtomicInteger SCENES = new AtomicInteger();

  private final RealTime time = new RealTime(1);
  private final boolean hasGroupProtocol;
  private final KafkaTransportConfig config;
  private final Names names;
  private final Admin admin;
  private final Cluster cluster;
  private final Topics topics;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> reader;
  private final List<Future<RecordMetadata>> sending = new ArrayList<>();
  private final List<Mover> movers = new ArrayList<>();
  private final List<Admin> admins = new ArrayList<>();
  private final List<KafkaWay> ways = new ArrayList<>();
  private final List<DeadTopic> dead = new ArrayList<>();

  /** Where the cluster assigns the partitions of the ladder, or the movers themselves. */
  LadderScene(boolean hasGroupProtocol) {
    this.hasGroupProtocol = hasGroupProtocol;
    this.config = config(SERVER.bootstrap(), "ladder" + SCENES.incrementAndGet());
    this.names = new Names(config.prefix(), config.group());
    this.admin = Clients.admin(config);
    this.cluster = Probe.await(admin, config, time.environment());
    this.topics = new Topics(admin, config, names, cluster, time.environment());
    this.producer = new Clients(config, hasGroupProtocol).producer();
    this.reader = new Clients(config, hasGroupProtocol).reader();
  }

  static KafkaTransportConfig config(String bootstrap, String prefix) {
    return KafkaTransportConfig.builder()
        .servers(List.of(bootstrap.split(",", -1)))
        .prefix(prefix)
        .partitions(3)
        .requestTime(Duration.ofSeconds(2))
        .transactionTime(Duration.ofSeconds(5))
        .sessionTime(Duration.ofSeconds(4))
        .build();
  }

  Names names() {
    return names;
  }

  Admin admin() {
    return admin;
  }

  /** Sets something of a topic, for what is written there from now on. */
  void set(String topic, String setting, String value) {
    AlterConfigOp change =
        new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
    } catch (ExecutionException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
    // The controller's answer comes before the broker has heard of it.
    Poll.until(
        topic + " to have " + setting,
        BOUND,
        () -> {
          try {
            return admin.describeConfigs(List.of(resource)).all().get().values().stream()
                .map(config -> config.get(setting))
                .anyMatch(entry -> entry != null && value.equals(entry.value()));
          } catch (ExecutionException | InterruptedException failure) {
            throw new AssertionError(failure);
          }
        });
  }

  /** The dead letters of a queue, as a person gets at them who has time. */
  DeadLetters letters(String queue) {
    KafkaTransportConfig patient =
        KafkaTransportConfig.builder()
            .servers(List.of(SERVER.bootstrap()))
            .prefix(names.prefix())
            .build();
    Admin own = Clients.admin(patient);
    admins.add(own);
    Clients clients = new Clients(patient, hasGroupProtocol);
    DeadTopic topic =
        new DeadTopics(names, clients, own, time.environment()).of(queue, purged -> {});
    dead.add(topic);
    return topic.letters();
  }

  /** A queue's name that no other scene has. */
  String provision(String queue) {
    String name = names.prefix() + "-" + queue;
    topics.provision(name, false).toCompletableFuture().join();
    return name;
  }

  /** A mover of a process that has its own way to the broker. */
  Mover mover(String process, KafkaWay way) {
    KafkaTransportConfig own = config(way.bootstrap(), names.prefix());
    Admin ownAdmin = Clients.admin(own);
    Mover mover =
        Mover.start(
            new Clients(own, hasGroupProtocol),
            ownAdmin,
            new Topics(ownAdmin, own, names, cluster, time.environment()),
            names,
            process,
            time.environment());
    admins.add(ownAdmin);
    movers.add(mover);
    return mover;
  }

  KafkaWay way() {
    KafkaWay way = SERVER.way();
    ways.add(way);
    return way;
  }

  /** Sends a message by the ladder; its value is its id, and a header says when it is due. */
  void send(String queue, int id, Duration delay) {
    Instant now = time.environment().clock().instant();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(queue, id % 3, null, ("key" + id).getBytes(UTF_8), value(id), null);
    Wire.put(record.headers(), "due", Wire.time(now.plus(delay)));
    send(new Route(names).enter(record, now.plus(delay), now));
  }

  private static byte[] value(int id) {
    return Integer.toString(id).getBytes(UTF_8);
  }

  /** Sends a record as it is. */
  void send(ProducerRecord<byte[], byte[]> record) {
    sending.add(producer.send(record));
  }

  /** Waits until all that was sent is there. */
  void sent() {
    try {
      for (Future<RecordMetadata> each : sending) {
        each.get();
      }
    } catch (ExecutionException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Reads a topic as it is now, without what is not committed. */
  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    return read(List.of(topic), Map.of());
  }

  /** Waits until a topic has so many records. */
  void await(String topic, int count) {
    sent();
    Poll.until(count + " in " + topic, BOUND, () -> read(topic).size() >= count);
  }

  /** Waits until one more copy is stored, in a transaction that has probably not ended. */
  void awaitCopyUnderWay(String topic) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            config.servers(),
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_uncommitted");
    try (KafkaConsumer<byte[], byte[]> spy =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = partitions(List.of(topic));
      spy.assign(partitions);
      spy.seekToEnd(partitions);
      partitions.forEach(spy::position);
      Poll.until("a copy", BOUND, () -> !spy.poll(Duration.ofMillis(20)).isEmpty());
    }
  }

  private List<TopicPartition> partitions(Collection<String> topics) {
    return topics.stream()
        .flatMap(topic -> reader.partitionsFor(topic).stream())
        .map(each -> new TopicPartition(each.topic(), each.partition()))
        .toList();
  }

  /** Waits until nothing is on the ladder, also in no transaction that may still end. */
  void awaitEmpty() {
    Poll.until("an empty ladder", BOUND, () -> read(names.holds(), moved()).isEmpty());
  }

  private Map<TopicPartition, OffsetAndMetadata> moved() {
    try {
      return admin.listConsumerGroupOffsets(names.movers()).partitionsToOffsetAndMetadata().get();
    } catch (ExecutionException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private List<ConsumerRecord<byte[], byte[]>> read(
      Collection<String> read, Map<TopicPartition, OffsetAndMetadata> from) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    List<TopicPartition> partitions = partitions(read);
    reader.assign(partitions);
    reader.seekToBeginning(partitions);
    from.forEach(
        (partition, offset) -> {
          if (partitions.contains(partition)) {
            reader.seek(partition, offset);
          }
        });
    Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
      reader.poll(Duration.ofMillis(100)).forEach(records::add);
    }
    return records;
  }

  void delete(String topic) {
    try {
      admin.deleteTopics(List.of(topic)).all().get();
      Poll.until("the end of " + topic, BOUND, () -> !exists(topic));
    } catch (ExecutionException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  void awaitThere(String topic) {
    Poll.until("a topic " + topic, BOUND, () -> exists(topic));
  }

  private boolean exists(String topic) {
    try {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
      return true;
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  static int id(ConsumerRecord<byte[], byte[]> record) {
    return Integer.parseInt(new String(record.value(), UTF_8));
  }

  @Override
  public void close() {
    movers.forEach(Mover::close);
    dead.forEach(DeadTopic::close);
    admins.forEach(each -> each.close(Duration.ZERO));
    ways.forEach(KafkaWay::close);
    producer.close();
    reader.close();
    admin.close();
    time.close();
  }
}
