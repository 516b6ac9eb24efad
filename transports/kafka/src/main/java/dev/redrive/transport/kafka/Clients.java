// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes Kafka's own clients, with the settings that the promises rest on: all in-sync copies
 * acknowledge, a producer's repetitions are stored once, what a transaction has not committed is
 * not read, and a group that is new begins at the beginning.
 */
final class Clients {
  /** Beyond the largest payload, its headers and Redrive's. */
  static final int RECORD_BYTES_MAX = 18 * 1_024 * 1_024;

  private static final int SENDS_PER_REQUEST_TIME = 3;
  private static final int BUFFER_BYTES = 64 * 1_024 * 1_024;

  /** What goes to a partition together, at most. */
  static final int BATCH_BYTES = 128 * 1_024;

  private static final Duration RECONNECT = Duration.ofMillis(50);
  private static final Duration READER_WAIT = Duration.ofMillis(20);
  private static final Duration FOLLOWER_WAIT = Duration.ofMillis(100);
  private static final Duration TRANSACTION_RETRY = Duration.ofMillis(10);
  private static final Duration RECONNECT_MAX = Duration.ofSeconds(1);

  private final KafkaTransportConfig config;
  private final boolean hasGroupProtocol;

  /**
   * @param hasGroupProtocol true if the broker itself assigns partitions (KIP-848)
   */
  Clients(KafkaTransportConfig config, boolean hasGroupProtocol) {
    this.config = config;
    this.hasGroupProtocol = hasGroupProtocol;
  }

  KafkaTransportConfig config() {
    return config;
  }

  private static Map<String, Object> common(KafkaTransportConfig config) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, RECONNECT.toMillis());
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MAX.toMillis());
    settings.putAll(config.client());
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.servers());
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, millis(config.requestTime()));
    // Nothing is told to anybody who was not asked for it.
    settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    return settings;
  }

  private static int millis(Duration time) {
    return Math.toIntExact(Math.min(Integer.MAX_VALUE, time.toMillis()));
  }

  static Admin admin(KafkaTransportConfig config) {
    Map<String, Object> settings = common(config);
    settings.put(
        CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
        millis(config.requestTime().multipliedBy(SENDS_PER_REQUEST_TIME)));
    return Admin.create(settings);
  }

  /** A producer without transactions. */
  KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(producing(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** A producer of transactions under this name; of two, the later one ends the earlier one's. */
  KafkaProducer<byte[], byte[]> producer(String transactions) {
    Map<String, Object> settings = producing();
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactions);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, millis(config.transactionTime()));
    // What comes right behind a commit is refused for some milliseconds, and sent again.
    settings.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, millis(TRANSACTION_RETRY));
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private Map<String, Object> producing() {
    Map<String, Object> settings = common(config);
    int tries = millis(config.requestTime().multipliedBy(SENDS_PER_REQUEST_TIME));
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, tries);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, tries);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, config.compression().wireName());
    // Batches come as batches, so that nothing is gained by waiting for more.
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RECORD_BYTES_MAX);
    return settings;
  }

  /** A consumer that is alone and told which partitions to read. */
  KafkaConsumer<byte[], byte[]> reader() {
    Map<String, Object> settings = consuming();
    // It reads only where there is something; and one that is to read elsewhere must not wait until
    // the broker gives up waiting at the end.
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, millis(READER_WAIT));
    return consumer(settings);
  }

  /** A consumer that is alone and follows what is written to partitions. */
  KafkaConsumer<byte[], byte[]> follower() {
    Map<String, Object> settings = consuming();
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, millis(FOLLOWER_WAIT));
    return consumer(settings);
  }

  /** A member of a group. */
  KafkaConsumer<byte[], byte[]> member(String group) {
    Map<String, Object> settings = consuming();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.instance().ifPresent(id -> settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, id));
    if (hasGroupProtocol) {
      settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
    } else {
      int session = millis(config.sessionTime());
      settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, session);
      settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.max(1, session / 6));
      settings.put(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    }
    return consumer(settings);
  }

  private Map<String, Object> consuming() {
    Map<String, Object> settings = common(config);
    settings.put(
        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
        millis(config.requestTime().multipliedBy(SENDS_PER_REQUEST_TIME)));
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // Anything else would leave out what was sent before anybody consumed.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return settings;
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
