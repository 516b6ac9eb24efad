// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.retry.Reason;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Messages that died, made without anybody who consumed them. */
final class Died {
  static final Instant SENT = Instant.parse("2026-03-01T10:00:00.123Z");
  static final Instant DIED = Instant.parse("2026-03-01T10:05:00.456Z");
  static final String DEAD = "redrive.orders.dead";
  static final String GROUP = "redrive.orders";

  private static final Lease LEASE = new Lease() {};

  private Died() {}

  static Settlement.Dead dead(Reason reason, String failure, String fingerprint) {
    return new Settlement.Dead(LEASE, reason, failure, fingerprint, 3, Map.of());
  }

  static Settlement.Dead dead() {
    return dead(Reason.NOT_RETRYABLE, "java.io.IOException: refused", "kind");
  }

  /** A record at a place, as a consumer has it. */
  static ConsumerRecord<byte[], byte[]> at(
      String topic, long offset, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    return new ConsumerRecord<>(
        topic,
        1,
        offset,
        SENT.toEpochMilli(),
        TimestampType.CREATE_TIME,
        key == null ? -1 : key.length,
        value == null ? -1 : value.length,
        key,
        value,
        headers,
        Optional.empty());
  }

  /** What was sent, as a consumer has it. */
  static ConsumerRecord<byte[], byte[]> read(ProducerRecord<byte[], byte[]> sent, long offset) {
    return at(sent.topic(), offset, sent.key(), sent.value(), sent.headers());
  }

  /** A message of Redrive's. */
  static Content message(String queue, String id, long offset, String key) {
    Headers headers = new RecordHeaders();
    headers.add("of", id.getBytes(UTF_8));
    Wire.put(headers, WireHeaders.ID, id);
    Wire.put(headers, WireHeaders.FIRST_SEEN, Wire.time(SENT));
    Wire.put(headers, WireHeaders.DUE_AT, Wire.time(SENT));
    return new Content(
        at(queue, offset, Wire.key(key), ("body of " + id).getBytes(UTF_8), headers));
  }

  static Letter letter(Content content, Settlement.Dead dead) {
    return new Letter(
        content.record().topic(),
        read(content.letter(DEAD, new Letter.Death(dead, 1, GROUP, DIED, false)), 17));
  }
}
