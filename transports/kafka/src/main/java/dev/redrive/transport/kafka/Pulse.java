// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.Environment;
import dev.redrive.spi.TransportStates;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the cluster again and again whether it is there. Kafka's clients make their connections anew
 * by themselves and tell nobody that they have lost them. Thread-safe.
 */
final class Pulse {
  private static final Logger log = LoggerFactory.getLogger(Pulse.class);
  private static final long PATIENCE_MAX = 60_000;
  private static final int PAUSES_PER_REQUEST_TIME = 10;

  private final Admin admin;
  private final Environment environment;
  private final TransportStates states;
  private final int patience;
  private final Duration pause;
  private final Optional<Duration> downMax;
  private final Consumer<TransportException> gaveUp;
  private volatile boolean isEnded;
  // Changed by one call-back after another.
  private long lastHeard;

  /**
   * @param gaveUp is told when there was no answer for as long as the configuration allows
   */
  Pulse(
      Admin admin,
      KafkaTransportConfig config,
      Environment environment,
      TransportStates states,
      Consumer<TransportException> gaveUp) {
    this.admin = admin;
    this.environment = environment;
    this.states = states;
    this.patience = Math.toIntExact(Math.min(PATIENCE_MAX, config.requestTime().toMillis() / 2));
    this.pause = config.requestTime().dividedBy(PAUSES_PER_REQUEST_TIME);
    this.downMax = config.downMax();
    this.gaveUp = gaveUp;
    this.lastHeard = environment.timers().nanoTime();
  }

  /** Begins to ask. */
  void start() {
    if (!isEnded) {
      admin
          .describeCluster(new DescribeClusterOptions().timeoutMs(patience))
          .clusterId()
          .toCompletionStage()
          .whenComplete((answer, failure) -> heard(failure == null));
    }
  }

  private void heard(boolean isThere) {
    if (isEnded) {
      return;
    }
    long now = environment.timers().nanoTime();
    if (isThere) {
      lastHeard = now;
      if (states.present() == TransportState.DOWN) {
        log.info("Kafka answers");
      }
      states.change(TransportState.UP);
    } else {
      if (states.present() == TransportState.UP) {
        log.warn("Kafka does not answer");
      }
      states.change(TransportState.DOWN);
      Duration silence = Duration.ofNanos(now - lastHeard);
      if (downMax.map(most -> silence.compareTo(most) >= 0).orElse(false)) {
        isEnded = true;
        gaveUp.accept(
            new TransportException(
                "gave up Kafka, which has not answered for " + silence.toSeconds() + " s"));
        return;
      }
    }
    environment.timers().after(pause, this::start);
  }

  /** Asks no more. */
  void end() {
    isEnded = true;
  }
}
