// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.LongString;
import dev.redrive.spi.WireHeaders;
import dev.redrive.spi.WireTime;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Headers of AMQP, which have types, and those of Redrive, which are text.
 *
 * <p>Some names mean something to the broker: {@code CC} makes it send copies, and a message that
 * is republished with the {@code x-death} it came with is dropped on its second way down the
 * ladder, because the broker takes that for a cycle. A sender's headers of such names travel under
 * another name, and the broker's own are left out of every copy.
 */
final class Headers {
  // Others may write any time; sums of this one and what is added to it do not overflow.
  private static final Instant FARTHEST = Instant.parse("9999-12-31T23:59:59Z");

  /** In front of a sender's header whose name the broker would understand. */
  private static final String ESCAPE = "redrive-header-";

  private static final String DEATHS = "x-death";
  private static final Set<String> BROKERS_NAMES =
      Set.of(
          "cc",
          "bcc",
          DEATHS,
          "x-delivery-count",
          "x-acquired-count",
          "x-stream-offset",
          "x-delay");

  private static final long NANOS_PER_MILLI = 1_000_000;

  private Headers() {}

  /** True if the broker writes this header, or acts on it. */
  static boolean isBrokers(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return BROKERS_NAMES.contains(lower)
        || lower.startsWith("x-first-death-")
        || lower.startsWith("x-last-death-")
        || lower.startsWith("x-opt-");
  }

  /** The name under which a sender's header travels. */
  static String escaped(String name) {
    return isBrokers(name) ? ESCAPE + name : name;
  }

  private static String unescaped(String name) {
    return name.startsWith(ESCAPE) ? name.substring(ESCAPE.length()) : name;
  }

  /** What a copy of a message keeps of its headers. */
  static Map<String, Object> kept(@Nullable Map<String, Object> headers) {
    Map<String, Object> kept = new LinkedHashMap<>();
    if (headers != null) {
      headers.forEach(
          (name, value) -> {
            if (!isBrokers(name)) {
              kept.put(name, value);
            }
          });
    }
    return kept;
  }

  /** The sender's headers and the engine's as text, without those of this transport. */
  static Map<String, String> texts(Map<String, Object> headers) {
    Map<String, String> texts = new LinkedHashMap<>();
    headers.forEach(
        (name, value) -> {
          if (!Wire.isOwn(name)) {
            texts.put(unescaped(name), text(value));
          }
        });
    return texts;
  }

  /** The sender's headers alone. */
  static Map<String, String> senders(Map<String, String> texts) {
    Map<String, String> senders = new LinkedHashMap<>(texts);
    senders.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).startsWith(WireHeaders.PREFIX));
    return senders;
  }

  /** A header's value as text; empty if there is none. */
  static String text(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof LongString text) {
      return new String(text.getBytes(), StandardCharsets.UTF_8);
    }
    if (value instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return value instanceof Date date ? time(date.toInstant()) : value.toString();
  }

  /** A header's number, or a default where it is absent or malformed. */
  static int number(Map<String, Object> headers, String name, int otherwise) {
    Object value = headers.get(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return Integer.parseInt(text(value));
    } catch (NumberFormatException malformed) {
      return otherwise;
    }
  }

  /** A header's time, if it has one that can be read. */
  static Optional<Instant> time(Map<String, Object> headers, String name) {
    String text = text(headers.get(name));
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
}
