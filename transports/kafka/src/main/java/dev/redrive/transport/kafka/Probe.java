// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeFeaturesOptions;
import org.apache.kafka.clients.admin.DescribeTransactionsOptions;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until there is a cluster that can be worked with, and finds out what it is like. It leaves
 * nothing behind there. What waiting does not cure ends it at once.
 */
final class Probe {
  private static final Logger log = LoggerFactory.getLogger(Probe.class);

  /** Since this feature has its first level, brokers assign partitions (KIP-848). */
  private static final String GROUP_PROTOCOL = "group.version";

  private final Admin admin;
  private final KafkaTransportConfig config;
  private final Environment environment;
  private final int patience;

  private Probe(Admin admin, KafkaTransportConfig config, Environment environment) {
    this.admin = admin;
    this.config = config;
    this.environment = environment;
    this.patience = Math.toIntExact(Math.min(Integer.MAX_VALUE, config.requestTime().toMillis()));
  }

  /**
   * Blocks until the cluster has answered everything, for ever unless the configuration limits it.
   *
   * @throws TransportException if it refuses, or the limit is reached
   */
  static Cluster await(Admin admin, KafkaTransportConfig config, Environment environment) {
    return new Probe(admin, config, environment).await();
  }

  private Cluster await() {
    long begin = environment.timers().nanoTime();
    int failures = 0;
    while (true) {
      try {
        Cluster cluster = probed();
        check(cluster);
        return cluster;
      } catch (InterruptException interrupted) {
        throw new TransportException(
            "interrupted while waiting for Kafka at " + config.servers(), interrupted);
      } catch (KafkaException failure) {
        failures++;
        goesOn(failure, failures, Duration.ofNanos(environment.timers().nanoTime() - begin));
        pause(Backoff.drawn(failures, environment.random()));
      }
    }
  }

  private void goesOn(KafkaException failure, int failures, Duration time) {
    if (isHopeless(failure)) {
      throw new TransportException(
          "Kafka at %s cannot be used: %s".formatted(config.servers(), explained(failure)),
          failure);
    }
    if (config.downMax().map(limit -> time.compareTo(limit) >= 0).orElse(false)) {
      throw new TransportException(
          "gave up Kafka at %s after %d tries in %d s: %s"
              .formatted(config.servers(), failures, time.toSeconds(), explained(failure)),
          failure);
    }
    log.warn(
        "cannot work with Kafka at {} yet ({} tries), trying again: {}",
        config.servers(),
        failures,
        explained(failure));
  }

  private static boolean isHopeless(KafkaException failure) {
    return failure instanceof AuthenticationException
        || failure instanceof AuthorizationException
        || failure instanceof UnsupportedVersionException
        || failure instanceof ConfigException;
  }

  private static String explained(KafkaException failure) {
    String text = failure.getClass().getSimpleName() + ": " + failure.getMessage();
    if (failure instanceof AuthenticationException) {
      return text + "; look at the security settings in the file that the option client names";
    }
    if (failure instanceof AuthorizationException) {
      return text + "; its user must be allowed this";
    }
    if (failure instanceof UnsupportedVersionException) {
      return text + "; Kafka 3.0 or later is needed";
    }
    return text
        + "; is it up, may it be reached from here, and are the addresses that it advertises"
        + " (advertised.listeners) known here?";
  }

  private void pause(Duration time) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    environment.timers().after(time, () -> over.complete(null));
    try {
      over.get();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TransportException(
          "interrupted while waiting for Kafka at " + config.servers(), interrupted);
    }
  }

  private Cluster probed() {
    Collection<Node> nodes =
        answer(admin.describeCluster(new DescribeClusterOptions().timeoutMs(patience)).nodes());
    Node one =
        nodes.stream()
            .findAny()
            .orElseThrow(() -> new KafkaException("the cluster has no broker yet"));
    Map<String, String> settings = settings(one);
    boolean hasGroupProtocol =
        switch (config.groupProtocol()) {
          case AUTO -> hasGroupProtocol();
          case CLASSIC -> false;
          case CONSUMER -> true;
        };
    askForTransactions(settings, nodes.size());
    return new Cluster(nodes.size(), hasGroupProtocol, settings);
  }

  private boolean hasGroupProtocol() {
    @Nullable FinalizedVersionRange level =
        answer(
                admin
                    .describeFeatures(new DescribeFeaturesOptions().timeoutMs(patience))
                    .featureMetadata())
            .finalizedFeatures()
            .get(GROUP_PROTOCOL);
    return level != null && level.maxVersionLevel() >= 1;
  }

  private Map<String, String> settings(Node node) {
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
    try {
      Map<String, String> settings = new HashMap<>();
      answer(
              admin
                  .describeConfigs(
                      List.of(broker), new DescribeConfigsOptions().timeoutMs(patience))
                  .values()
                  .get(broker))
          .entries()
          .forEach(
              (ConfigEntry entry) -> {
                @Nullable String value = entry.value();
                if (value != null) {
                  settings.put(entry.name(), value);
                }
              });
      return Map.copyOf(settings);
    } catch (AuthorizationException | UnsupportedVersionException secret) {
      log.warn(
          "the settings of Kafka's brokers may not be read (DESCRIBE_CONFIGS on the cluster), so the"
              + " least is assumed of them: {}",
          secret.getMessage());
      return Map.of();
    }
  }

  /** There is somebody to keep transactions, and he speaks of them; since Kafka 3.0. */
  private void askForTransactions(Map<String, String> settings, int brokers) {
    // Nobody has a transaction of this name.
    String name = new Names(config.prefix(), config.group()).transactions("", "probe");
    try {
      answer(
          admin
              .describeTransactions(
                  List.of(name), new DescribeTransactionsOptions().timeoutMs(patience))
              .description(name));
    } catch (TransactionalIdNotFoundException asExpected) {
      log.debug("transactions are kept", asExpected);
    } catch (org.apache.kafka.common.errors.TimeoutException nobody) {
      int copies =
          Integer.parseInt(settings.getOrDefault("transaction.state.log.replication.factor", "1"));
      if (copies > brokers) {
        throw new KafkaException(
            "nobody keeps transactions: the broker's setting transaction.state.log.replication.factor"
                + " is %d, and there are %d brokers".formatted(copies, brokers),
            nobody);
      }
      throw nobody;
    }
  }

  private void check(Cluster cluster) {
    log.info(
        "Kafka at {} has {} brokers and {} groups; messages survive {}",
        config.servers(),
        cluster.brokers(),
        cluster.hasGroupProtocol() ? "assigns partitions to" : "lets members assign partitions in",
        cluster.durability(config));
    if (cluster.offsetsRetention().compareTo(config.retention()) < 0) {
      log.warn(
          "Kafka forgets how far a group has come when it had no member for {} (the broker's setting"
              + " offsets.retention.minutes), and then gives it all messages again that are kept,"
              + " for {} or longer; let it keep them as long",
          cluster.offsetsRetention(),
          config.retention());
    }
    if (config.transactionTime().compareTo(cluster.transactionTimeMax()) > 0) {
      throw new TransportException(
          "transactionTime is %s, and Kafka allows %s at most; lower it, or raise the broker's setting transaction.max.timeout.ms"
              .formatted(config.transactionTime(), cluster.transactionTimeMax()));
    }
  }

  private static <T> T answer(@Nullable KafkaFuture<T> future) {
    if (future == null) {
      throw new KafkaException("no answer");
    }
    try {
      return future.get();
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof KafkaException known
          ? known
          : new KafkaException(failure);
    } catch (InterruptedException interrupted) {
      // Sets the thread's flag again.
      throw new InterruptException(interrupted);
    }
  }
}
