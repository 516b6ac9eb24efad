// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.spi.WireHeaders;
import dev.redrive.spi.WireTime;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Headers of Kafka, which are bytes and may stand several times, and those of Redrive, which are
 * text. {@code docs/spec/wire.md} lists those that this transport adds.
 */
final class Wire {
  /** How many of the attempts a crash cut off. */
  static final String CRASHES = "redrive-crashes";

  /** On the ladder: the topic that the message comes from and goes back to. */
  static final String QUEUE = "redrive-queue";

  /** On the ladder and behind it: the partition that the message comes from and goes back to. */
  static final String PARTITION = "redrive-partition";

  /** On the ladder: when the message is to leave it. */
  static final String HOLD_UNTIL = "redrive-hold-until";

  /** The payload is absent, which is not the same as empty. */
  static final String NO_BODY = "redrive-no-body";

  /** What a dead letter has beside a message's headers. */
  static final String DIED_AT = "redrive-died-at";

  static final String REASON = "redrive-reason";
  static final String FAILURE = "redrive-failure";
  static final String FINGERPRINT = "redrive-fingerprint";

  /** On a dead letter: the bytes of the message's own key, if it has one. */
  static final String RECORD_KEY = "redrive-record-key";

  /** On what ends a dead letter: the transaction that did so. */
  static final String MOVED_BY = "redrive-moved-by";

  /** On a parked message: what stands at its place. */
  static final String PARKED = "redrive-parked";

  /** On a parked message of which an attempt has begun: who began it. */
  static final String PROCESS = "redrive-process";

  private static final Set<String> OWN =
      Set.of(
          WireHeaders.ID,
          WireHeaders.ATTEMPT,
          WireHeaders.DUE_AT,
          WireHeaders.FIRST_SEEN,
          CRASHES,
          QUEUE,
          PARTITION,
          HOLD_UNTIL,
          NO_BODY,
          DIED_AT,
          REASON,
          FAILURE,
          FINGERPRINT,
          RECORD_KEY,
          MOVED_BY,
          PARKED,
          PROCESS);

  // Others may write any time; sums of this one and what is added to it do not overflow.
  private static final Instant FARTHEST = Instant.parse("9999-12-31T23:59:59Z");
  private static final long NANOS_PER_MILLI = 1_000_000;

  private Wire() {}

  /** A header's value as text; empty if there is none. */
  static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null ? "" : text(header.value());
  }

  private static String text(byte @Nullable [] value) {
    return value == null ? "" : new String(value, UTF_8);
  }

  /** A header's number, or a default where it is absent or malformed. */
  static int number(Headers headers, String name, int otherwise) {
    String text = text(headers, name);
    try {
      return text.isEmpty() ? otherwise : Integer.parseInt(text);
    } catch (NumberFormatException malformed) {
      return otherwise;
    }
  }

  /** A header's time, if it has one that can be read. */
  static Optional<Instant> time(Headers headers, String name) {
    String text = text(headers, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Instant time = WireTime.read(text);
      return Optional.of(time.isAfter(FARTHEST) ? FARTHEST : time);
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  /** A time as it stands in headers, in milliseconds. */
  static String time(Instant time) {
    return WireTime.write(time);
  }

  /** A due time as it stands in headers: the part of a millisecond must not make it early. */
  static String dueTime(Instant time) {
    return time(time.isAfter(FARTHEST) ? FARTHEST : time.plusNanos(NANOS_PER_MILLI - 1));
  }

  /** Adds a header, in place of one of that name. */
  static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(UTF_8));
  }

  /** A copy that can be changed. */
  static Headers copy(Headers headers) {
    return new RecordHeaders(headers.toArray());
  }

  /**
   * The sender's headers and the engine's as text, without those of this transport; of several of
   * one name, the last. The numbers that Spring writes in binary are shown in digits.
   */
  static Map<String, String> texts(Headers headers) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Header header : headers) {
      if (!OWN.contains(header.key())) {
        byte @Nullable [] value = header.value();
        texts.put(header.key(), value == null ? "" : SpringHeaders.text(header.key(), value));
      }
    }
    return texts;
  }

  /** The sender's headers alone. */
  static Map<String, String> senders(Headers headers) {
    Map<String, String> senders = texts(headers);
    senders.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).startsWith(WireHeaders.PREFIX));
    return senders;
  }

  /** A record's key as text: UTF-8, or, where it is none, its bytes as hexadecimal digits. */
  static String key(byte @Nullable [] key) {
    if (key == null) {
      return "";
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException binary) {
      return HexFormat.of().formatHex(key);
    }
  }

  /** A message's key as a record's. */
  static byte @Nullable [] key(String key) {
    return key.isEmpty() ? null : key.getBytes(UTF_8);
  }
}
