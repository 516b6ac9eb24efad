// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.retry.Reason;
import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.Content.Changes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * What a message becomes that goes somewhere else: a retry or a deferral on the ladder or in its
 * topic, or a dead letter. Thread-safe.
 */
final class Copies {
  private final String queue;
  private final Names names;
  private final Route route;
  private final InstantSource clock;

  Copies(String queue, Names names, Route route, InstantSource clock) {
    this.queue = queue;
    this.names = names;
    this.route = route;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  ProducerRecord<byte[], byte[]> of(Settling settling) {
    KafkaLease lease = settling.lease();
    Settlement settlement = settling.settlement().orElseThrow();
    if (settlement instanceof Settlement.Retry retry) {
      return moved(lease, lease.attempts() + 1, retry.dueAt(), retry.headers());
    }
    if (settlement instanceof Settlement.Defer defer) {
      return moved(lease, lease.attempts(), defer.dueAt(), defer.headers());
    }
    if (settlement instanceof Settlement.Dead dead) {
      return lease
          .content()
          .letter(names.dead(queue), names.group(queue), dead, lease.crashes(), now());
    }
    throw new IllegalArgumentException("nothing to copy for " + settlement);
  }

  private ProducerRecord<byte[], byte[]> moved(
      KafkaLease lease, int attempts, Instant dueAt, Map<String, String> headers) {
    Changes changes = new Changes(attempts, lease.crashes(), dueAt, headers);
    return route.enter(lease.content().copy(changes), dueAt, now());
  }

  /** True if trying again is of no use: the broker does not take what became of the message. */
  boolean cannotBe(Settling settling, Exception failure) {
    return failure instanceof RecordTooLargeException
        && !(settling.settlement().orElseThrow() instanceof Settlement.Dead);
  }

  /** The message as a dead letter, so that somebody sees why it cannot be moved. */
  Settling buried(Settling settling, Exception failure) {
    KafkaLease lease = settling.lease();
    int attempts = lease.attempts();
    Map<String, String> headers = Map.of();
    if (settling.settlement().orElseThrow() instanceof Settlement.Retry retry) {
      attempts++;
      headers = retry.headers();
    }
    String text =
        "it cannot be retried, because with its headers it is larger than the topic takes; raise"
            + " max.message.bytes of "
            + queue
            + " and replay it: "
            + failure.getMessage();
    return settling.instead(
        new Settlement.Dead(lease, Reason.NOT_RETRYABLE, text, "too-large", attempts, headers));
  }
}
