// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
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
  // What was due so shortly before it was sent was sent to be done at once.
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final byte[] NOTHING = {};
  private static final long OVERHEAD_BYTES = 100;

  /**
   * A message to send, to its topic. Of one that is due at once the record's own time says when it
   * was sent and due, as it does of other producers' records.
   */
  static ProducerRecord<byte[], byte[]> sent(String queue, OutMessage message, Instant now) {
    Headers headers = new RecordHeaders();
    message.headers().forEach((name, value) -> Wire.put(headers, name, value));
    Wire.put(headers, WireHeaders.ID, message.id());
    Instant due = message.notBefore();
    boolean isAtOnce = !due.isAfter(now) && due.isAfter(now.minus(AT_ONCE));
    if (!isAtOnce) {
      Wire.put(headers, WireHeaders.FIRST_SEEN, Wire.time(now));
      Wire.put(headers, WireHeaders.DUE_AT, Wire.dueTime(due));
    }
    return new ProducerRecord<>(
        queue,
        null,
        (isAtOnce ? due : now).toEpochMilli(),
        Wire.key(message.key()),
        message.body(),
        headers);
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

  /**
   * When it is due. What does not say so is due, whatever the clock of its sender shows.
   *
   * @param now the latest time of that
   */
  Instant dueAt(Instant now) {
    return Wire.time(headers(), WireHeaders.DUE_AT).orElseGet(() -> earlier(firstSeen(), now));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
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
    Wire.put(copied, WireHeaders.DUE_AT, Wire.dueTime(changes.dueAt()));
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
