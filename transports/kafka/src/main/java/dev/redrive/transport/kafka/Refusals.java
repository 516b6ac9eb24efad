// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What topics refused of the records that are next on the ladder, until these have left it. One
 * that is refused is tried as a dead letter; one that is refused again is given up. Used by the
 * mover's thread alone.
 */
final class Refusals {
  private final Map<String, Refusal> first = new HashMap<>();
  private final Map<String, Refusal> second = new HashMap<>();

  void add(ConsumerRecord<byte[], byte[]> record, Refusal refusal) {
    String place = place(record);
    if (first.putIfAbsent(place, refusal) != null) {
      second.putIfAbsent(place, refusal);
    }
  }

  private static String place(ConsumerRecord<byte[], byte[]> record) {
    return new Content(record).place();
  }

  /** How a record was refused as a message. */
  Optional<Refusal> first(ConsumerRecord<byte[], byte[]> record) {
    // There is none but once in a while, and a place is a text to make.
    return first.isEmpty() ? Optional.empty() : Optional.ofNullable(first.get(place(record)));
  }

  /** How a record was refused again. */
  Optional<Refusal> second(ConsumerRecord<byte[], byte[]> record) {
    return second.isEmpty() ? Optional.empty() : Optional.ofNullable(second.get(place(record)));
  }

  /** How many there are; more than before, if a record goes another way the next time. */
  int count() {
    return first.size() + second.size();
  }

  /** They have left. */
  void clear() {
    first.clear();
    second.clear();
  }
}
