// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which of the messages that a worker has in hand gets the next attempt: in turn between tenants,
 * if a tenant is named, and of those of one tenant the one of the highest priority, where waiting
 * counts as priority. Immutable.
 *
 * <pre>{@code
 * Choice.defaults()
 *     .ageing(Duration.ofSeconds(10))          // ten seconds are worth one priority
 *     .fairByHeader("tenant").weight("gold", 3)
 *     .among(1_000, 64 << 20)                  // messages, and bytes
 * }</pre>
 *
 * <p>A worker chooses among what it has in hand, no more: by default, twice as many messages as
 * attempts may run. What still lies in the broker comes in the broker's order. So priorities and
 * fair shares need a window that is wider than the backlog of the others is long; {@link #among}
 * widens it.
 *
 * @param messages that may be in hand; 0 for twice as many as attempts may run, up to 100,000
 * @param bytes of payload that may be in hand, from which on no more is asked for
 * @param ageing how long a message waits in hand until it counts as one priority higher, 1 ms to 1
 *     day: nobody is overtaken by one that came more than nine times this later
 * @param tenant the header that names the tenant; an empty name for the message's key
 * @param weights how many messages of a tenant follow one another when it is its turn, 1 to 1,000;
 *     of others, one
 */
public record Choice(
    int messages,
    long bytes,
    Duration ageing,
    Optional<String> tenant,
    Map<String, Integer> weights) {
  private static final int MESSAGES_MAX = 100_000;
  private static final int WEIGHT_MAX = 1_000;
  private static final long BYTES = 64L << 20;
  private static final Choice DEFAULTS =
      new Choice(0, BYTES, Duration.ofSeconds(10), Optional.empty(), Map.of());

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a number is out of its bounds
   */
  public Choice {
    if (messages < 0 || messages > MESSAGES_MAX) {
      throw new IllegalArgumentException("messages in hand must be 0 to 100000, not " + messages);
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes in hand must be at least 1, not " + bytes);
    }
    if (ageing.compareTo(Duration.ofMillis(1)) < 0 || ageing.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("ageing must be 1 ms to 1 day, not " + ageing);
    }
    weights = Map.copyOf(weights);
    weights.forEach(Choice::checkWeight);
  }

  private static void checkWeight(String tenant, int weight) {
    if (weight < 1 || weight > WEIGHT_MAX) {
      throw new IllegalArgumentException(
          "the weight of " + tenant + " must be 1 to 1000, not " + weight);
    }
  }

  /** Among twice as many as attempts may run, by priority; ten seconds are worth one. */
  public static Choice defaults() {
    return DEFAULTS;
  }

  /** So many messages may be in hand, and no more are asked for beyond so many bytes. */
  public Choice among(int messages, long bytes) {
    return new Choice(messages, bytes, ageing, tenant, weights);
  }

  /** So long a wait counts as one priority. */
  public Choice ageing(Duration ageing) {
    return new Choice(messages, bytes, ageing, tenant, weights);
  }

  /** In turn between the values of this header; messages without it are one tenant together. */
  public Choice fairByHeader(String name) {
    return new Choice(messages, bytes, ageing, Optional.of(name), weights);
  }

  /** In turn between keys; messages without one are one tenant together. */
  public Choice fairByKey() {
    return fairByHeader("");
  }

  /** So many of this tenant follow one another when it is its turn. */
  public Choice weight(String name, int weight) {
    Map<String, Integer> more = new LinkedHashMap<>(weights);
    more.put(name, weight);
    return new Choice(messages, bytes, ageing, tenant, more);
  }
}
