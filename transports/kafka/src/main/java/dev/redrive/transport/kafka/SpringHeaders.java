// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
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
  static final String CAUSE = "kafka_dlt-exception-cause-fqcn";
  static final String MESSAGE = "kafka_dlt-exception-message";
  static final String STACKTRACE = "kafka_dlt-exception-stacktrace";

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

  /** Whether these headers tell of a death. */
  static boolean tell(Headers headers) {
    return headers.lastHeader(TOPIC) != null;
  }

  /** The partition of that topic that the record came from, if the headers say so. */
  static Optional<Integer> partition(Headers headers, String topic) {
    return Wire.text(headers, TOPIC).equals(topic)
        ? value(headers, PARTITION, Integer.BYTES).map(ByteBuffer::getInt)
        : Optional.empty();
  }

  /** When the record that died was written. */
  static Optional<Instant> time(Headers headers) {
    return value(headers, TIMESTAMP, Long.BYTES)
        .map(ByteBuffer::getLong)
        .filter(millis -> millis >= 0)
        .map(Instant::ofEpochMilli);
  }

  private static Optional<ByteBuffer> value(Headers headers, String name, int bytes) {
    return Optional.ofNullable(headers.lastHeader(name))
        .map(Header::value)
        .filter(value -> value.length == bytes)
        .map(ByteBuffer::wrap);
  }

  /** The exception in words: its stack trace if there is one. */
  static String failure(Headers headers) {
    String trace = Wire.text(headers, STACKTRACE);
    if (!trace.isEmpty()) {
      return trace;
    }
    String exception = Wire.text(headers, EXCEPTION);
    String message = Wire.text(headers, MESSAGE);
    return exception.isEmpty() || message.isEmpty()
        ? exception + message
        : exception + ": " + message;
  }

  /** The class of the exception: of its cause, for Spring wraps what a listener throws. */
  static String kind(Headers headers) {
    String cause = Wire.text(headers, CAUSE);
    return cause.isEmpty() ? Wire.text(headers, EXCEPTION) : cause;
  }
}
