// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.retry.DurationText;
import dev.redrive.transport.rabbitmq.ClassicLayout.ExchangeType;
import dev.redrive.transport.rabbitmq.ClassicLayout.Route;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the options of a URI that say which layout it is. */
final class ClassicOptions {
  static final Set<String> NAMES =
      Set.of(
          "layout",
          "counter",
          "retries",
          "delays",
          "exchange",
          "exchangeType",
          "routingKey",
          "match");

  private static final List<String> OF_AN_EXCHANGE = List.of("exchangeType", "routingKey", "match");

  private ClassicOptions() {}

  /** The layout; empty for Redrive's own. */
  static Optional<ClassicLayout> read(Map<String, String> options) {
    String layout = options.getOrDefault("layout", "ladder");
    if (layout.equals("ladder")) {
      options.keySet().stream()
          .filter(name -> !name.equals("layout"))
          .findFirst()
          .ifPresent(
              name -> {
                throw new IllegalArgumentException(
                    "the option " + name + " needs layout=classic beside it");
              });
      return Optional.empty();
    }
    if (!layout.equals("classic")) {
      throw new IllegalArgumentException("layout must be ladder or classic, not '" + layout + "'");
    }
    ClassicLayout classic =
        ClassicLayout.of(options.getOrDefault("counter", "x-retry"), waits(options.get("retries")));
    if (options.containsKey("delays")) {
      classic = classic.withDelays(waits(options.get("delays")));
    }
    if (options.containsKey("exchange")) {
      return Optional.of(classic.withRoute(route(options)));
    }
    for (String name : OF_AN_EXCHANGE) {
      if (options.containsKey(name)) {
        throw new IllegalArgumentException("the option " + name + " needs an exchange beside it");
      }
    }
    return Optional.of(classic);
  }

  private static List<Duration> waits(@Nullable String text) {
    if (text == null) {
      throw new IllegalArgumentException(
          "layout=classic needs the times of its retry queues, as retries=5s,30s,5m");
    }
    return Arrays.stream(text.split(",", -1)).map(DurationText::parse).toList();
  }

  private static Route route(Map<String, String> options) {
    String type = options.getOrDefault("exchangeType", "direct");
    return new Route(
        options.getOrDefault("exchange", ""),
        Arrays.stream(ExchangeType.values())
            .filter(known -> known.wireName().equals(type.toLowerCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "exchangeType must be direct, topic, fanout or headers, not '"
                            + type
                            + "'")),
        options.getOrDefault("routingKey", ClassicLayout.QUEUE),
        match(options.getOrDefault("match", "")));
  }

  private static Map<String, String> match(String text) {
    Map<String, String> match = new LinkedHashMap<>();
    if (!text.isEmpty()) {
      for (String header : text.split(",", -1)) {
        int colon = header.indexOf(':');
        if (colon < 1) {
          throw new IllegalArgumentException(
              "match must be headers as name:value,name:value, not '" + text + "'");
        }
        match.put(header.substring(0, colon), header.substring(colon + 1));
      }
    }
    return match;
  }
}
