// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * What Spring Kafka writes beside a dead letter, and what tools that know Spring's dead letter
 * topics therefore look for: where the record came from, and the exception. Numbers are big endian,
 * all else is text.
 */
final class SpringHeaders {
  static final String PREFIX = "kafka_dlt-";
  static final String TOPIC = "kafka_dlt-original-topic";
  static final String PARTITION = "kafka_dlt-original-partition";
  static final String OFFSET = "kafka_dlt-original-offset";
  static final String TIMESTAMP = "kafka_dlt-original-timestamp";
  static final String TIMESTAMP_TYPE = "kafka_dlt-original-timestamp-type";
  static final String GROUP = "kafka_dlt-original-consumer-group";
  static final String EXCEPTION = "kafka_dlt-exception-fqcn";
  static final String MESSAGE = "kafka_dlt-exception-message";
  static final String STACKTRACE = "kafka_dlt-exception-stacktrace";

  /** Those that are no text, under the names that retry topics have for them as well. */
  private static final Set<String> NUMBERS =
      Set.of(
          PARTITION,
          OFFSET,
          TIMESTAMP,
          "kafka_original-partition",
          "kafka_original-offset",
          "kafka_original-timestamp",
          "kafka_deliveryAttempt",
          "retry_topic-attempts",
          "retry_topic-original-timestamp",
          "retry_topic-backoff-timestamp");

  // An int or a long; times of retry topics have as many bytes as they need, which is six or
  // seven, and counts of earlier versions had one.
  private static final Set<Integer> NUMBER_SIZES = Set.of(1, 4, 6, 7, 8);

  // The whole failure has a header of its own.
  private static final int STACKTRACE_CHARS_MAX = 2_000;
  private static final Pattern HEAD_END = Pattern.compile("\n {2}at |\ncaused by ");
  private static final Pattern HEAD =
      Pattern.compile("([\\p{Alpha}_][\\w$]*(?:\\.[\\w$]+)+)(?:: (.*))?", Pattern.DOTALL);

  private SpringHeaders() {}

  /** Adds them behind all others, those of an earlier death included. */
  static void add(
      Headers headers, ConsumerRecord<byte[], byte[]> source, String group, String failure) {
    add(headers, TOPIC, source.topic());
    headers.add(PARTITION, ByteBuffer.allocate(Integer.BYTES).putInt(source.partition()).array());
    headers.add(OFFSET, bytes(source.offset()));
    headers.add(TIMESTAMP, bytes(source.timestamp()));
    add(headers, TIMESTAMP_TYPE, source.timestampType().toString());
    add(headers, GROUP, group);
    String head = HEAD_END.split(failure, 2)[0];
    Matcher exception = HEAD.matcher(head);
    if (exception.matches()) {
      add(headers, EXCEPTION, exception.group(1));
      Optional.ofNullable(exception.group(2)).ifPresent(text -> add(headers, MESSAGE, text));
    } else {
      add(headers, MESSAGE, head);
    }
    add(headers, STACKTRACE, cut(failure));
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static String cut(String text) {
    return text.length() <= STACKTRACE_CHARS_MAX
        ? text
        : text.substring(0, STACKTRACE_CHARS_MAX - 1) + "…";
  }

  /** The partition of that topic that the record came from, if the headers say so. */
  static Optional<Integer> partition(Headers headers, String topic) {
    return Wire.text(headers, TOPIC).equals(topic)
        ? value(headers, PARTITION, Integer.BYTES).map(ByteBuffer::getInt)
        : Optional.empty();
  }

  private static Optional<ByteBuffer> value(Headers headers, String name, int bytes) {
    return Optional.ofNullable(headers.lastHeader(name))
        .map(Header::value)
        .filter(value -> value.length == bytes)
        .map(ByteBuffer::wrap);
  }

  /** A header of Spring's as text; its numbers as digits. */
  static String text(String name, byte[] value) {
    boolean isNumber = NUMBERS.contains(name) && !isDigits(value);
    return isNumber && NUMBER_SIZES.contains(value.length)
        ? new BigInteger(value).toString()
        : new String(value, UTF_8);
  }

  // Other programs write these as text. No number of Spring's looks like it: one of four digits
  // would be a partition beyond 800 million.
  private static boolean isDigits(byte[] value) {
    for (byte each : value) {
      if (each < '0' || each > '9') {
        return false;
      }
    }
    return true;
  }
}
