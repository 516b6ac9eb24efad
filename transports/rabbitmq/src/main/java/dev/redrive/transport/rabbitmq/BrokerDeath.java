// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code x-death}: the broker dead-lettered the message, once or several times.
 *
 * @param queue out of which queue
 * @param reason why, in the broker's word: {@code rejected}, {@code expired}, {@code maxlen},
 *     {@code delivery_limit}
 * @param at when for the first time, in whole seconds
 * @param count how often
 */
record BrokerDeath(String queue, String reason, Instant at, int count) {
  static final String REJECTED = "rejected";

  /** The death out of this queue, for any reason or for one. */
  static Optional<BrokerDeath> of(@Nullable Map<String, Object> headers, String queue) {
    return all(headers).stream().filter(death -> death.queue.equals(queue)).findFirst();
  }

  /** The last death. */
  static Optional<BrokerDeath> last(@Nullable Map<String, Object> headers) {
    return all(headers).stream().findFirst();
  }

  /** All, the last one first. */
  static List<BrokerDeath> all(@Nullable Map<String, Object> headers) {
    return lines(headers).stream().map(BrokerDeath::read).flatMap(Optional::stream).toList();
  }

  /** In words, how often, if more than once. */
  String times() {
    return count > 1 ? ", " + count + " times" : "";
  }

  private static List<?> lines(@Nullable Map<String, Object> headers) {
    return headers != null && headers.get("x-death") instanceof List<?> lines ? lines : List.of();
  }

  private static Optional<BrokerDeath> read(Object line) {
    if (!(line instanceof Map<?, ?> fields)) {
      return Optional.empty();
    }
    Instant at = fields.get("time") instanceof Date date ? date.toInstant() : Instant.EPOCH;
    int count = fields.get("count") instanceof Number number ? number.intValue() : 1;
    return Optional.of(
        new BrokerDeath(
            Headers.text(fields.get("queue")), Headers.text(fields.get("reason")), at, count));
  }
}
