// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_BYTES_CONFIG;

import dev.redrive.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A topic that Redrive needs: how it is made if it is missing, and whether one that is there can be
 * used. What is there is never changed.
 *
 * @param name its name
 * @param kind what it is for
 * @param retention how long it must keep its records at least
 * @param partitions how many it gets; empty for what the broker is set to
 * @param copies of each partition; empty for what the broker is set to
 * @param inSync how many of these must have a record before it is acknowledged
 */
record TopicPlan(
    String name,
    Kind kind,
    Duration retention,
    OptionalInt partitions,
    OptionalInt copies,
    int inSync) {
  private static final String ENDLESS = "-1";
  private static final int PARKED_SEGMENT_BYTES = 64 * 1_024 * 1_024;
  private static final String APPEND_TIME = "LogAppendTime";

  /** After its hold a message of the ladder may wait so long for a process that moves it. */
  private static final Duration HOLD_SPARE = Duration.ofDays(14);

  /** What a topic is for. */
  enum Kind {
    /** The messages of a queue. It may be there already, and be somebody else's as well. */
    QUEUE,
    /** A level of the ladder. */
    HOLD,
    /** Messages of the ladder that have no queue. */
    LOST,
    /** The dead letters of a queue. */
    DEAD,
    /** What waits of an ordered queue, off its topic. */
    PARKED;

    private boolean isCompacted() {
      return this == DEAD || this == PARKED;
    }
  }

  /** Makes the plans of one cluster. */
  record Planner(KafkaTransportConfig config, Names names, Cluster cluster) {

    TopicPlan queue(String queue) {
      return plan(queue, Kind.QUEUE, config.retention(), config.partitions());
    }

    TopicPlan dead(String queue) {
      return plan(names.dead(queue), Kind.DEAD, Duration.ZERO, OptionalInt.of(1));
    }

    /**
     * What waits in line of an ordered queue.
     *
     * @param partitions as many as the queue's topic has
     */
    TopicPlan parked(String queue, int partitions) {
      return plan(names.parked(queue), Kind.PARKED, Duration.ZERO, OptionalInt.of(partitions));
    }

    /** All topics that the queues share. */
    List<TopicPlan> ladder() {
      List<TopicPlan> plans = new ArrayList<>();
      for (int level = 0; level < Ladder.LEVELS; level++) {
        Duration retention = Ladder.hold(level).plus(HOLD_SPARE);
        plans.add(plan(names.hold(level), Kind.HOLD, retention, OptionalInt.of(1)));
      }
      plans.add(plan(names.lost(), Kind.LOST, Duration.ZERO, OptionalInt.of(1)));
      return plans;
    }

    private TopicPlan plan(String name, Kind kind, Duration retention, OptionalInt partitions) {
      return new TopicPlan(
          name, kind, retention, partitions, config.replication(), cluster.inSync(config));
    }
  }

  /** The topic to make. */
  NewTopic made() {
    Map<String, String> settings = new HashMap<>();
    settings.put(MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Clients.RECORD_BYTES_MAX));
    settings.put(RETENTION_BYTES_CONFIG, ENDLESS);
    settings.put(
        CLEANUP_POLICY_CONFIG, kind.isCompacted() ? CLEANUP_POLICY_COMPACT : CLEANUP_POLICY_DELETE);
    settings.put(
        RETENTION_MS_CONFIG, retention.isZero() ? ENDLESS : Long.toString(retention.toMillis()));
    if (inSync > 1) {
      settings.put(MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(inSync));
    }
    if (kind == Kind.PARKED) {
      // Whoever gets a partition reads all of it: what is settled is to be compacted away soon.
      settings.put(SEGMENT_BYTES_CONFIG, Integer.toString(PARKED_SEGMENT_BYTES));
    }
    if (kind == Kind.HOLD) {
      settings.put(MESSAGE_TIMESTAMP_TYPE_CONFIG, APPEND_TIME);
    }
    return new NewTopic(
            name,
            partitions.isPresent() ? Optional.of(partitions.getAsInt()) : Optional.empty(),
            copies.isPresent() ? Optional.of((short) copies.getAsInt()) : Optional.empty())
        .configs(settings);
  }

  /**
   * Looks at the topic that is there.
   *
   * @return what may be a mistake of whoever made it
   * @throws TransportException if messages would be lost there
   */
  List<String> check(TopicTraits there) {
    switch (kind) {
      case QUEUE -> {
        checkKeeps(there, "messages that still wait would be deleted");
        checkUncompacted(there);
      }
      case HOLD -> {
        checkKeeps(there, "delayed messages would be deleted before they are due");
        checkUncompacted(there);
        checkAppendTime(there);
      }
      case LOST -> checkUncompacted(there);
      case DEAD -> {
        checkCompacted(there, "dead letters are kept until somebody takes them");
        checkOnePartition(there);
      }
      case PARKED -> checkCompacted(there, "what waits in line is kept until it is settled");
    }
    return doubts(there);
  }

  private void checkKeeps(TopicTraits there, String otherwise) {
    long kept = there.number(RETENTION_MS_CONFIG).orElse(-1);
    if (kept >= 0 && kept < retention.toMillis()) {
      throw refused(
          there,
          RETENTION_MS_CONFIG,
          "%s, so that %s; set it to %d or more, or -1%s"
              .formatted(
                  Duration.ofMillis(kept),
                  otherwise,
                  retention.toMillis(),
                  kind == Kind.QUEUE ? ", or lower the transport's option retention" : ""));
    }
  }

  // With "compact,delete" as well, a message is gone as soon as a later one has its key.
  private void checkUncompacted(TopicTraits there) {
    if (policies(there).contains(CLEANUP_POLICY_COMPACT)) {
      throw refused(
          there,
          CLEANUP_POLICY_CONFIG,
          "which keeps only the last message of each key, and takes none without a key; set it to"
              + " delete");
    }
  }

  private void checkAppendTime(TopicTraits there) {
    String type = there.setting(MESSAGE_TIMESTAMP_TYPE_CONFIG);
    if (!type.isEmpty() && !type.equals(APPEND_TIME)) {
      throw refused(
          there,
          MESSAGE_TIMESTAMP_TYPE_CONFIG,
          "and how long a record waits is told by when it was appended; set it to " + APPEND_TIME);
    }
  }

  private void checkCompacted(TopicTraits there, String why) {
    List<String> policies = policies(there);
    if (!policies.isEmpty() && !policies.equals(List.of(CLEANUP_POLICY_COMPACT))) {
      throw refused(there, CLEANUP_POLICY_CONFIG, "and " + why + "; set it to compact");
    }
  }

  private static void checkOnePartition(TopicTraits there) {
    if (there.partitions() != 1) {
      throw new TransportException(
          "topic %s has %d partitions, and dead letters are kept in the order they died, in one;"
                  .formatted(there.name(), there.partitions())
              + " empty and delete it, or choose another prefix");
    }
  }

  private static List<String> policies(TopicTraits there) {
    return Arrays.stream(there.setting(CLEANUP_POLICY_CONFIG).split(",", -1))
        .map(String::strip)
        .filter(policy -> !policy.isEmpty())
        .toList();
  }

  private static TransportException refused(TopicTraits there, String setting, String why) {
    return new TransportException(
        "topic %s cannot be used: its %s is %s, %s"
            .formatted(there.name(), setting, there.setting(setting), why));
  }

  private List<String> doubts(TopicTraits there) {
    List<String> doubts = new ArrayList<>();
    if (there.settings().isEmpty()) {
      doubts.add("its settings may not be read (DESCRIBE_CONFIGS), so it is used unseen");
    }
    if (!kind.isCompacted() && there.number(RETENTION_BYTES_CONFIG).orElse(-1) >= 0) {
      doubts.add(
          "its retention.bytes is %s: messages that still wait are deleted when more come"
              .formatted(there.setting(RETENTION_BYTES_CONFIG)));
    }
    if (there.number(MAX_MESSAGE_BYTES_CONFIG).orElse(Long.MAX_VALUE) < Clients.BATCH_BYTES) {
      doubts.add(
          "its max.message.bytes is %s, less than the %d that are sent together: a batch that is larger is refused, and its messages may fail one and all; raise it"
              .formatted(there.setting(MAX_MESSAGE_BYTES_CONFIG), Clients.BATCH_BYTES));
    }
    if (there.copies() > 1 && there.number(MIN_IN_SYNC_REPLICAS_CONFIG).orElse(2) < 2) {
      doubts.add(
          "its min.insync.replicas is 1: a message may be acknowledged that is on one machine only,"
              + " and lost with it");
    }
    return doubts;
  }
}
