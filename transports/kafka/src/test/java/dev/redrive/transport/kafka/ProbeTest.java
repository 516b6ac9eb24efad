// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.spi.Capabilities.Durability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.KafkaWay;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looks at a real broker, and at none. */
@Timeout(120)
class ProbeTest {
  private final RealTime time = new RealTime(1);
  private final KafkaWay way = KafkaServer.shared().way();

  private KafkaTransportConfig.Builder config() {
    return KafkaTransportConfig.builder()
        .servers(List.of(way.bootstrap()))
        .requestTime(Duration.ofSeconds(2));
  }

  private Cluster probe(KafkaTransportConfig config) {
    return probe(config, time.environment());
  }

  private static Cluster probe(KafkaTransportConfig config, Environment environment) {
    try (Admin admin = Clients.admin(config)) {
      return Probe.await(admin, config, environment);
    }
  }

  @AfterEach
  void close() {
    way.close();
    time.close();
  }

  @Test
  void cluster_tells_what_it_is_like() {
    KafkaTransportConfig config = config().build();
    Cluster cluster = probe(config);

    assertThat(cluster.brokers()).isEqualTo(1);
    assertThat(cluster.hasGroupProtocol()).isTrue();
    assertThat(cluster.copies(config)).isEqualTo(1);
    assertThat(cluster.durability(config)).isEqualTo(Durability.PROCESS_CRASH);
    assertThat(cluster.settings())
        .containsKeys(
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr",
            "offsets.topic.replication.factor",
            "unclean.leader.election.enable",
            "min.insync.replicas",
            "transaction.max.timeout.ms");
    assertThat(cluster.offsetMetadataBytesMax()).isEqualTo(4_096);
    assertThat(cluster.messageBytesMax()).isEqualTo(1_048_588);
    assertThat(cluster.offsetsRetention()).isEqualTo(Duration.ofDays(7));
  }

  @Test
  void cluster_is_waited_for() {
    way.cut();
    AtomicInteger pauses = new AtomicInteger();
    Environment real = time.environment();
    Environment counting =
        new Environment(
            real.clock(),
            new Pauses(real.timers(), pauses),
            real.random(),
            real.executor(),
            real.threads());
    CompletableFuture<Cluster> probed =
        CompletableFuture.supplyAsync(() -> probe(config().build(), counting));
    Poll.until("two tries", Duration.ofSeconds(20), () -> pauses.get() >= 2);
    assertThat(probed).isNotDone();

    way.heal();

    assertThat(probed.join().brokers()).isEqualTo(1);
  }

  /** Counts the call-backs that are set. */
  private record Pauses(Timers timers, AtomicInteger count) implements Timers {
    @Override
    public Timer at(Instant when, Runnable action) {
      return timers.at(when, action);
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
      count.incrementAndGet();
      return timers.after(delay, action);
    }

    @Override
    public long nanoTime() {
      return timers.nanoTime();
    }
  }

  @Test
  void waiting_ends_where_it_is_limited() {
    way.cut();

    assertThatThrownBy(() -> probe(config().downMax(Duration.ofSeconds(1)).build()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("gave up Kafka at [" + way.bootstrap() + "]")
        .hasMessageContaining("advertised.listeners");
  }

  @Test
  void user_that_is_not_let_in_is_told_at_once() {
    KafkaTransportConfig config =
        config()
            .client(
                Map.of(
                    "security.protocol",
                    "SASL_PLAINTEXT",
                    "sasl.mechanism",
                    "PLAIN",
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"nobody\" password=\"nothing\";"))
            .build();

    assertThatThrownBy(() -> probe(config))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot be used")
        .hasMessageContaining("option client");
  }

  @Test
  void transactions_that_kafka_would_not_keep_so_long_are_refused() {
    assertThatThrownBy(() -> probe(config().transactionTime(Duration.ofHours(1)).build()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("transaction.max.timeout.ms");
  }

  @Test
  void who_waits_can_be_interrupted() {
    way.cut();
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                probe(config().build());
              } catch (TransportException failure) {
                ended.complete(failure);
              }
            });
    waiting.start();
    waiting.interrupt();

    Poll.until("an end", Duration.ofSeconds(20), ended::isDone);
    assertThat(ended.join()).hasMessageContaining("interrupted");
  }
}
