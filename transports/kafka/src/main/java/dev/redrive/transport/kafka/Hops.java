// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

final class Hops {
  private Hops() {}

  static ProducerRecord<byte[], byte[]> enter(
      Names names, ProducerRecord<byte[], byte[]> record, Instant dueAt, Instant now) {
    Duration left = Duration.between(now, dueAt);
    if (left.compareTo(Ladder.SHORTEST) < 0) {
      return record;
    }
    Duration stay = Ladder.stay(left);
    Headers headers = Wire.copy(record.headers());
    Wire.put(headers, Wire.QUEUE, record.topic());
    if (record.partition() != null) {
      Wire.put(headers, Wire.PARTITION, Integer.toString(record.partition()));
    }
    Wire.put(headers, Wire.HOLD_UNTIL, Wire.time(now.plus(stay)));
    return new ProducerRecord<>(
        names.hold(Ladder.level(stay)), null, null, record.key(), record.value(), headers);
  }
}
