// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Where the dead letters of a queue are, and where they go that are taken out. One whose message
 * has kept its place in line is not sent to the queue's topic, where it would come after those that
 * wait for it: whoever has its partition is told what is to become of it. Thread-safe.
 *
 * @param queue its topic
 * @param dead the topic of its dead letters
 * @param parked the topic of what waits in line
 */
record Returns(String queue, String dead, String parked) {

  /** A letter's message, for its queue or for its place in line. */
  ProducerRecord<byte[], byte[]> replayed(Letter letter, ProducerRecord<byte[], byte[]> message) {
    return place(Letter.key(letter.record()), letter.isInLine())
        .map(place -> Parked.message(parked, place, Parked.State.REPLAYED, message))
        .orElse(message);
  }

  /** What tells that a message leaves its place in line; empty if it has none. */
  Optional<ProducerRecord<byte[], byte[]>> purged(LetterIndex.Summary letter) {
    return place(letter.key(), letter.isInLine())
        .map(place -> Parked.mark(parked, place, Parked.State.PURGED, null));
  }

  private static Optional<Parked.Place> place(byte[] letterKey, boolean isInLine) {
    return isInLine ? Parked.Place.of(letterKey) : Optional.empty();
  }
}
