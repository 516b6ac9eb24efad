// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Times;
import dev.redrive.cli.screen.UsageException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that select dead letters. */
final class DeadFilter {
  @Option(names = "--queue", paramLabel = "QUEUE", description = "Only of this queue.")
  @Nullable String queue;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description =
          "Only those dead for this reason: attempts-exhausted, not-retryable, expired, overflow,"
              + " crashed, undecodable, rejected.")
  @Nullable String reason;

  @Option(names = "--fingerprint", paramLabel = "TEXT", description = "Only failures of this kind.")
  @Nullable String fingerprint;

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      description = "Only where id, key or failure contains this.")
  @Nullable String text;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Only those that died at this time or later; 2h means two hours ago.")
  @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "Only those that died before this time.")
  @Nullable String to;

  /** True if anything but the queue is given. */
  boolean isNarrow() {
    return reason != null || fingerprint != null || text != null || from != null || to != null;
  }

  /** The filter as the API's selection takes it. */
  ObjectNode json(Clock clock) {
    ObjectNode json = Api.object();
    fields(clock).forEach(json::put);
    return json;
  }

  /** The filter, queue included, as the API's list takes it; begins with {@code &}. */
  String query(Clock clock) {
    Map<String, String> fields = fields(clock);
    if (queue != null) {
      fields.put("queue", queue);
    }
    return fields.entrySet().stream()
        .map(field -> "&" + field.getKey() + "=" + Api.segment(field.getValue()))
        .collect(Collectors.joining());
  }

  private Map<String, String> fields(Clock clock) {
    Map<String, String> fields = new LinkedHashMap<>();
    put(fields, "reason", reason);
    put(fields, "fingerprint", fingerprint);
    put(fields, "text", text);
    try {
      put(fields, "from", from == null ? null : Times.past(from, clock).toString());
      put(fields, "to", to == null ? null : Times.past(to, clock).toString());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    return fields;
  }

  private static void put(Map<String, String> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }
}
