// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Writes dead letters, and numbers them in the order in which they die. A number is text, so that
 * it is compared as such: when, in milliseconds of 13 digits; which one of this process; and which
 * process, so that no two have the same. Knows also what is poison. Thread-safe.
 */
final class Deaths {
  private static final int PROCESS_DIGITS = 8;

  private final Poison poison;
  private final String process;
  private long last;
  private long count;

  Deaths(Poison poison, RandomGenerator random) {
    this.poison = poison;
    String digits = Long.toHexString(random.nextLong() | Long.MIN_VALUE);
    this.process = digits.substring(digits.length() - PROCESS_DIGITS);
  }

  Poison poison() {
    return poison;
  }

  private synchronized String next(Instant now) {
    last = Math.max(last, now.toEpochMilli());
    count++;
    return number(last, count, process);
  }

  static String number(long millis, long count, String tail) {
    return String.format(Locale.ROOT, "%013d-%010d-%s", millis, count, tail);
  }

  /** The properties of a dead letter. */
  AMQP.BasicProperties letter(RabbitLease lease, Settlement.Dead dead, Instant now) {
    Map<String, String> changes = new LinkedHashMap<>(dead.headers());
    changes.put(WireHeaders.ATTEMPT, Integer.toString(dead.attempts()));
    changes.put(WireHeaders.FIRST_SEEN, Headers.time(lease.firstSeen()));
    changes.put(WireHeaders.DUE_AT, Headers.dueTime(lease.dueAt()));
    changes.put(Wire.DIED_AT, Headers.time(now));
    changes.put(Wire.REASON, dead.reason().wireName());
    changes.put(Wire.FAILURE, dead.failure());
    changes.put(Wire.FINGERPRINT, dead.fingerprint());
    changes.put(Wire.DEATH, next(now));
    return lease.content().copy(changes);
  }
}
