// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.InvalidOptionsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The layout of many programs without Redrive: a message counts its retries in a header, waits for
 * the n-th in a queue {@code <queue>_retry_<n>} whose time to live is that delay, and one that is
 * sent with a delay waits in {@code <queue>_delay_<seconds>}. {@code
 * docs/how-to/share-a-rabbitmq-queue.md} tells what becomes of other delays. Immutable.
 *
 * @param counter the header that counts retries
 * @param retries how long messages wait in the retry queues 1 to n
 * @param delays how long messages wait in the delay queues; with none, delayed sends wait in the
 *     retry queues
 * @param route the exchange that new messages are sent to; empty for the default one, which needs
 *     no binding
 */
public record ClassicLayout(
    String counter, List<Duration> retries, List<Duration> delays, Optional<Route> route) {
  /** In a routing key, stands for the name of the queue. */
  public static final String QUEUE = "$queue";

  private static final Pattern COUNTER = Pattern.compile("[!-~]{1,100}");
  private static final Duration LONGEST = Duration.ofDays(49);
  private static final long MILLIS_PER_SECOND = 1_000;

  /** The type of an exchange. */
  public enum ExchangeType {
    /** To the queues bound with the same key. */
    DIRECT,
    /** To the queues bound with a pattern of the key. */
    TOPIC,
    /** To all queues that are bound. */
    FANOUT,
    /** To the queues bound with headers of the message. */
    HEADERS;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An exchange, and how messages get from it to a queue. One that is there is used as it is.
   *
   * @param exchange its name
   * @param type its type, if it has to be made
   * @param routingKey the key of sent messages, by which the queue is bound as well
   * @param match headers of sent messages, by which the queue is bound as well
   */
  public record Route(
      String exchange, ExchangeType type, String routingKey, Map<String, String> match) {
    /** Copies the headers. */
    public Route {
      match = Map.copyOf(match);
    }
  }

  /** Checks what is given. */
  public ClassicLayout {
    retries = List.copyOf(retries);
    delays = List.copyOf(delays);
    List<String> problems = new ArrayList<>();
    String lower = counter.toLowerCase(Locale.ROOT);
    if (!COUNTER.matcher(counter).matches()
        || Headers.isBrokers(counter)
        || lower.startsWith("redrive-")) {
      problems.add(
          "counter must be a header's name that neither RabbitMQ nor Redrive uses, not '"
              + counter
              + "'");
    }
    if (retries.isEmpty() || !retries.stream().allMatch(ClassicLayout::isWait)) {
      problems.add("retries must be from 1ms to 49 days, at least one, not " + retries);
    }
    if (!delays.stream()
        .allMatch(delay -> isWait(delay) && delay.toMillis() % MILLIS_PER_SECOND == 0)) {
      problems.add("delays must be whole seconds up to 49 days, not " + delays);
    }
    if (route.isPresent() && route.get().exchange().isBlank()) {
      problems.add("an exchange must have a name");
    }
    if (!problems.isEmpty()) {
      throw new InvalidOptionsException("classic layout", problems);
    }
  }

  // Beyond some 49 days the broker takes no time to live.
  private static boolean isWait(Duration wait) {
    return wait.toMillis() >= 1
        && wait.compareTo(LONGEST) <= 0
        && wait.equals(Duration.ofMillis(wait.toMillis()));
  }

  /** A layout with these retry queues, on the default exchange. */
  public static ClassicLayout of(String counter, List<Duration> retries) {
    return new ClassicLayout(counter, retries, List.of(), Optional.empty());
  }

  /** With these delay queues. */
  public ClassicLayout withDelays(List<Duration> waits) {
    return new ClassicLayout(counter, retries, waits, route);
  }

  /** With messages sent to this exchange. */
  public ClassicLayout withRoute(Route to) {
    return new ClassicLayout(counter, retries, delays, Optional.of(to));
  }
}
