// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Settlement;
import dev.redrive.transport.kafka.Content.Changes;
import dev.redrive.transport.kafka.Settling.Kind;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * What a message becomes that goes somewhere else: a retry or a deferral on the ladder or in its
 * topic, or a dead letter; or, if it stands in line, what is parked at its place. Thread-safe.
 */
final class Copies {
  private final String queue;
  private final Names names;
  private final String parked;
  private final long process;
  private final Route route;
  private final InstantSource clock;

  /**
   * @param process who this is, in the marks that it leaves
   */
  Copies(String queue, Names names, long process, Route route, InstantSource clock) {
    this.queue = queue;
    this.names = names;
    this.parked = names.parked(queue);
    this.process = process;
    this.route = route;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  Copy of(Settling settling) {
    KafkaLease lease = settling.lease();
    return switch (settling.kind()) {
      case MOVE -> moved(lease, settling.settlement().orElseThrow());
      case BEGIN -> stored(Parked.begun(parked, lease.place(), asItIs(lease), process));
      case BACK, PARK -> waiting(lease, asItIs(lease));
      case END -> stored(Parked.left(parked, lease.place()));
      case REPLAY -> {
        Copy waiting = waiting(lease, asItIs(lease));
        yield new Copy(
            List.of(waiting.records().get(0), Parked.returned(parked, lease.place())),
            waiting.spot());
      }
      case PURGE ->
          new Copy(
              List.of(Parked.left(parked, lease.place()), Parked.returned(parked, lease.place())),
              Optional.empty());
    };
  }

  private static Copy stored(ProducerRecord<byte[], byte[]> record) {
    return new Copy(List.of(record), Optional.empty());
  }

  private Copy moved(KafkaLease lease, Settlement settlement) {
    if (settlement instanceof Settlement.Retry retry) {
      return later(lease, lease.attempts() + 1, retry.dueAt(), retry.headers());
    }
    if (settlement instanceof Settlement.Defer defer) {
      return later(lease, lease.attempts(), defer.dueAt(), defer.headers());
    }
    if (settlement instanceof Settlement.Dead dead) {
      return dead(lease, dead);
    }
    throw new IllegalArgumentException("nothing to copy for " + settlement);
  }

  private Copy later(KafkaLease lease, int attempts, Instant dueAt, Map<String, String> headers) {
    Changes changes = new Changes(attempts, lease.crashes(), dueAt, headers);
    ProducerRecord<byte[], byte[]> copy = lease.content().copy(changes);
    return lease.isInLine() ? waiting(lease, copy) : stored(route.enter(copy, dueAt, now()));
  }

  private static ProducerRecord<byte[], byte[]> asItIs(KafkaLease lease) {
    return lease
        .content()
        .copy(new Changes(lease.attempts(), lease.crashes(), lease.dueAt(), Map.of()));
  }

  /** The message waits at its place in line. */
  private Copy waiting(KafkaLease lease, ProducerRecord<byte[], byte[]> message) {
    ProducerRecord<byte[], byte[]> record =
        Parked.message(parked, lease.place(), Parked.State.WAITING, message);
    return new Copy(List.of(record), Optional.of(spot(lease, record, false)));
  }

  /** A letter among the dead ones; in line, its place is kept. */
  private Copy dead(KafkaLease lease, Settlement.Dead dead) {
    ProducerRecord<byte[], byte[]> letter =
        lease
            .content()
            .letter(
                names.dead(queue),
                new Letter.Death(
                    dead, lease.crashes(), names.group(queue), now(), lease.isInLine()));
    if (!lease.isInLine()) {
      return stored(letter);
    }
    ProducerRecord<byte[], byte[]> mark =
        Parked.mark(parked, lease.place(), Parked.State.DEAD, lease.content().record().key());
    return new Copy(List.of(letter, mark), Optional.of(spot(lease, mark, true)));
  }

  private Lines.Spot spot(KafkaLease lease, ProducerRecord<byte[], byte[]> record, boolean isDead) {
    Content content = Parked.message(queue, lease.place(), record);
    return new Lines.Spot(KafkaLease.parked(lease.holding(), content, lease.line(), 0), isDead);
  }

  /** True if trying again is of no use: the broker does not take what became of the message. */
  boolean cannotBe(Settling settling, Exception failure) {
    boolean isCopied = settling.kind() == Kind.MOVE || settling.kind() == Kind.PARK;
    return failure instanceof RecordTooLargeException
        && isCopied
        && settling.settlement().filter(Settlement.Dead.class::isInstance).isEmpty();
  }

  /** The message as a dead letter, so that somebody sees why it cannot be moved. */
  Settling buried(Settling settling, Exception failure) {
    KafkaLease lease = settling.lease();
    int attempts = lease.attempts();
    Map<String, String> headers = Map.of();
    if (settling.settlement().orElse(null) instanceof Settlement.Retry retry) {
      attempts++;
      headers = retry.headers();
    }
    Refusal refusal = new Refusal(lease.isInLine() ? parked : queue, failure);
    return settling.instead(refusal.death(lease, lease.content(), attempts, headers, now()));
  }
}
