// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Where dead letters go that are taken out of their topic. In an ordered queue, a dead message has
 * a place in line, and whoever has its partition is told what is to become of it there: sent to the
 * queue's topic, it would come after those that wait for it. Thread-safe.
 */
final class Returns {
  private final String parked;
  private final Supplier<Optional<OrderBy>> order;

  /**
   * @param parked the topic of what waits in line
   * @param order of the queue, if it has one
   */
  Returns(String parked, Supplier<Optional<OrderBy>> order) {
    this.parked = parked;
    this.order = order;
  }

  /** A letter's message, for its queue or for its place in line. */
  ProducerRecord<byte[], byte[]> replayed(
      byte[] letterKey, ProducerRecord<byte[], byte[]> message) {
    return place(letterKey)
        .filter(place -> order.get().orElseThrow().isInLine(Wire.key(message.key())))
        .map(place -> Parked.message(parked, place, Parked.State.REPLAYED, message))
        .orElse(message);
  }

  /** What tells that a message leaves its place in line; empty if it has none. */
  Optional<ProducerRecord<byte[], byte[]>> purged(byte[] letterKey) {
    return place(letterKey).map(place -> Parked.mark(parked, place, Parked.State.PURGED, null));
  }

  private Optional<Parked.Place> place(byte[] letterKey) {
    return order.get().flatMap(by -> Parked.Place.of(letterKey));
  }
}
