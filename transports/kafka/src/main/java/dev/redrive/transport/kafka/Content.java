// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A message as a record of its queue's topic: the payload is the value, the key is the key, all
 * else stands in headers. A record that somebody else wrote is a message as well: due at once, its
 * first attempt to come, its id made of its place.
 *
 * <p>Copies keep key, value and headers byte for byte, repeated names included, and go back to the
 * partition that the record came from, whoever chose that and how.
 */
record Content(ConsumerRecord<byte[], byte[]> record) {
  /** Due at once, whatever the clock of its sender showed. */
  static final Instant AT_ONCE = Instant.MIN;

  private static final byte[] NOTHING = {};
  private static final long OVERHEAD_BYTES = 100;

  /**
   * A message to send, to its topic. One that is due at once goes there as it is, so that the
   * record's own time says when it was sent, and nothing needs to say when it is due.
   */
  static ProducerRecord<byte[], byte[]> sent(String queue, OutMessage message, Instant now) {
    Headers headers = new RecordHeaders();
    message.headers().forEach((name, value) -> Wire.put(headers, name, value));
    Wire.put(headers, WireHeaders.ID, message.id());
    if (message.notBefore().isAfter(now)) {
      Wire.put(headers, WireHeaders.FIRST_SEEN, Wire.time(now));
      Wire.put(headers, WireHeaders.DUE_AT, Wire.dueTime(message.notBefore()));
    }
    return new ProducerRecord<>(
        queue, null, now.toEpochMilli(), Wire.key(message.key()), message.body(), headers);
  }

  private Headers headers() {
    return record.headers();
  }

  String id() {
    String id = Wire.text(headers(), WireHeaders.ID);
    return id.isEmpty() ? place() : id;
  }

  /** Where it lies: no other record has this name. */
  String place() {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }

  String key() {
    return Wire.key(record.key());
  }

  /** Attempts that count so far. */
  int attempts() {
    return Math.max(0, Wire.number(headers(), WireHeaders.ATTEMPT, 0));
  }

  /** How many of them a crash cut off. */
  int crashes() {
    return Math.max(0, Wire.number(headers(), Wire.CRASHES, 0));
  }

  Instant firstSeen() {
    return Wire.time(headers(), WireHeaders.FIRST_SEEN)
        .orElseGet(() -> Instant.ofEpochMilli(Math.max(0, record.timestamp())));
  }

  /** When it is due, or {@link #AT_ONCE}. */
  Instant dueAt() {
    return Wire.time(headers(), WireHeaders.DUE_AT).orElse(AT_ONCE);
  }

  Map<String, String> texts() {
    return Wire.texts(headers());
  }

  byte[] body() {
    byte @Nullable [] value = record.value();
    return value == null ? NOTHING : value;
  }

  /** How much of memory it takes, about. */
  long bytes() {
    long bytes = OVERHEAD_BYTES + body().length;
    for (Header header : headers()) {
      byte @Nullable [] value = header.value();
      bytes += OVERHEAD_BYTES + (value == null ? 0 : value.length);
    }
    return bytes;
  }

  /** What a copy of a message says anew. */
  record Changes(int attempts, int crashes, Instant dueAt, Map<String, String> headers) {}

  /** The message again, for the topic it came from. */
  ProducerRecord<byte[], byte[]> copy(Changes changes) {
    Headers copied = Wire.copy(headers());
    changes.headers().forEach((name, value) -> Wire.put(copied, name, value));
    Wire.put(copied, WireHeaders.ID, id());
    Wire.put(copied, WireHeaders.ATTEMPT, Integer.toString(changes.attempts()));
    if (changes.crashes() > 0) {
      Wire.put(copied, Wire.CRASHES, Integer.toString(changes.crashes()));
    }
    Wire.put(copied, WireHeaders.FIRST_SEEN, Wire.time(firstSeen()));
    if (!changes.dueAt().equals(AT_ONCE)) {
      Wire.put(copied, WireHeaders.DUE_AT, Wire.dueTime(changes.dueAt()));
    }
    return new ProducerRecord<>(
        record.topic(), record.partition(), null, record.key(), record.value(), copied);
  }

  /** The message as a dead letter, which {@link Letter} reads. */
  ProducerRecord<byte[], byte[]> letter(String topic, Letter.Death death) {
    Headers headers = Wire.copy(headers());
    Settlement.Dead dead = death.dead();
    dead.headers().forEach((name, value) -> Wire.put(headers, name, value));
    Wire.put(headers, WireHeaders.ID, id());
    Wire.put(headers, WireHeaders.ATTEMPT, Integer.toString(dead.attempts()));
    Wire.put(headers, WireHeaders.FIRST_SEEN, Wire.time(firstSeen()));
    return Letter.write(topic, this, headers, death);
  }
}
