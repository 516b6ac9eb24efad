// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Reads fields that may be absent. */
public final class Json {
  private Json() {}

  /** The field's text; empty if it is absent. */
  public static Optional<String> text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
  }

  /** The field's time; empty if it is absent, or is none. */
  public static Optional<Instant> time(JsonNode json, String field) {
    try {
      return text(json, field).map(Instant::parse);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
