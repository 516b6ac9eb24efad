// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The settings of a Kafka node for tests: small, and quick to see that somebody is gone. */
final class KafkaSettings {
  /** Only what went wrong, and the word that it is ready. */
  static final String LOG =
      """
      status = error
      appender.console.type = Console
      appender.console.name = console
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %d %p %m (%c)%n
      rootLogger.level = warn
      rootLogger.appenderRef.console.ref = console
      logger.ready.name = kafka.server.KafkaRaftServer
      logger.ready.level = info
      """;

  private static final String SAME_FOR_ALL =
      """
      process.roles=broker,controller
      controller.listener.names=CONTROLLER
      inter.broker.listener.name=PLAINTEXT
      auto.create.topics.enable=false
      num.partitions=1

      # One for each listener, and there are many.
      num.network.threads=1
      num.io.threads=2
      log.cleaner.dedupe.buffer.size=2097152
      log.index.size.max.bytes=1048576

      offsets.topic.num.partitions=1
      transaction.state.log.num.partitions=1
      share.coordinator.state.topic.num.partitions=1

      # A node that was killed is not let in again before the session that it had has ended.
      broker.heartbeat.interval.ms=200
      broker.session.timeout.ms=1500

      # Classic groups: the bounds of what a client may ask for.
      group.initial.rebalance.delay.ms=0
      group.min.session.timeout.ms=1000
      # The other kinds: what their clients are told.
      group.consumer.min.session.timeout.ms=1000
      group.consumer.session.timeout.ms=3000
      group.consumer.min.heartbeat.interval.ms=100
      group.consumer.heartbeat.interval.ms=300
      group.consumer.min.assignment.interval.ms=0
      group.consumer.assignment.interval.ms=0
      group.share.min.session.timeout.ms=1000
      group.share.session.timeout.ms=3000
      group.share.min.heartbeat.interval.ms=100
      group.share.heartbeat.interval.ms=300
      group.share.min.assignment.interval.ms=0
      group.share.assignment.interval.ms=0
      group.share.min.record.lock.duration.ms=1000

      transaction.abort.timed.out.transaction.cleanup.interval.ms=200
      log.cleaner.backoff.ms=500
      log.segment.delete.delay.ms=1000
      """;

  private KafkaSettings() {}

  /** The text of {@code server.properties} for a node; the given settings go before its own. */
  static String of(
      KafkaNetwork network, KafkaNetwork.Node node, Path data, Map<String, String> given) {
    int replicas = network.nodes().size();
    String inSync = Integer.toString(replicas / 2 + 1);
    Map<String, String> own = new LinkedHashMap<>();
    own.put("node.id", Integer.toString(node.id()));
    own.put("controller.quorum.voters", network.voters());
    own.put("listeners", node.listeners());
    own.put("advertised.listeners", node.advertised());
    own.put("listener.security.protocol.map", network.protocols());
    own.put("log.dirs", data.toString());
    own.put("min.insync.replicas", inSync);
    own.put("transaction.state.log.min.isr", inSync);
    own.put("share.coordinator.state.topic.min.isr", inSync);
    for (String replicated :
        new String[] {
          "default.replication.factor",
          "offsets.topic.replication.factor",
          "transaction.state.log.replication.factor",
          "share.coordinator.state.topic.replication.factor"
        }) {
      own.put(replicated, Integer.toString(replicas));
    }
    own.putAll(given);
    // Of settings that are there twice, Kafka takes the last.
    return own.entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .collect(Collectors.joining("\n", SAME_FOR_ALL, "\n"));
  }
}
