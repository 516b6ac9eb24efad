// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Capabilities.Durability;
import java.time.Duration;
import java.util.Map;

/**
 * What a cluster is like, as {@link Probe} found it.
 *
 * @param brokers how many there were
 * @param hasGroupProtocol true if the brokers themselves assign partitions (KIP-848)
 * @param settings those of one broker; empty if it does not tell them
 */
record Cluster(int brokers, boolean hasGroupProtocol, Map<String, String> settings) {
  // With so many copies, two of them in different machines' memory, one machine may lose its own.
  private static final int COPIES = 3;
  private static final int IN_SYNC = 2;

  private static final int OFFSET_METADATA_BYTES = 4_096;
  private static final int MESSAGE_BYTES = 1_048_588;

  /**
   * What a message survives in topics that are made with so many copies, or as many as the broker
   * is set to. Kafka acknowledges what lies in memory, and writes it to disk later: a power cut is
   * survived only by what lies on several machines, and so must all that transactions rest on.
   */
  Durability durability(KafkaTransportConfig config) {
    boolean survives =
        copies(config) >= COPIES
            && number("transaction.state.log.replication.factor", 1) >= COPIES
            && number("transaction.state.log.min.isr", 1) >= IN_SYNC
            && number("offsets.topic.replication.factor", 1) >= COPIES
            && !settings.getOrDefault("unclean.leader.election.enable", "false").equals("true");
    return survives ? Durability.POWER_CUT : Durability.PROCESS_CRASH;
  }

  /** How many copies of each partition a topic gets that is made. */
  int copies(KafkaTransportConfig config) {
    return config.replication().orElse((int) number("default.replication.factor", 1));
  }

  /** How many of them must have a record before it is acknowledged. */
  int inSync(KafkaTransportConfig config) {
    int copies = copies(config);
    int broker = Math.min(copies, (int) number("min.insync.replicas", 1));
    return copies >= COPIES ? Math.max(IN_SYNC, broker) : broker;
  }

  /** How many bytes may be committed along with an offset. */
  int offsetMetadataBytesMax() {
    return (int) number("offset.metadata.max.bytes", OFFSET_METADATA_BYTES);
  }

  /** How large a batch may be in a topic that does not say otherwise. */
  int messageBytesMax() {
    return (int) number("message.max.bytes", MESSAGE_BYTES);
  }

  /** How long the offsets of a group without members are kept. */
  Duration offsetsRetention() {
    return Duration.ofMinutes(number("offsets.retention.minutes", Duration.ofDays(7).toMinutes()));
  }

  /** How long a transaction may take at most. */
  Duration transactionTimeMax() {
    return Duration.ofMillis(
        number("transaction.max.timeout.ms", Duration.ofMinutes(15).toMillis()));
  }

  private long number(String name, long otherwise) {
    String value = settings.get(name);
    return value == null ? otherwise : Long.parseLong(value);
  }
}
