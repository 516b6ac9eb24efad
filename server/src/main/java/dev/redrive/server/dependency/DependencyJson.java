// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.dependency;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.redrive.gate.Dependency;
import dev.redrive.gate.DependencyStatus;
import dev.redrive.server.json.TimeText;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A dependency as it is shown. */
final class DependencyJson {
  private DependencyJson() {}

  /**
   * Writes it.
   *
   * @param waiting how many messages wait for dependencies, by name; empty if that is not known
   */
  static void write(JsonGenerator json, Dependency dependency, Optional<Map<String, Long>> waiting)
      throws IOException {
    DependencyStatus status = dependency.status();
    json.writeStartObject();
    json.writeStringField("name", dependency.name());
    json.writeStringField("breaker", word(status.state()));
    json.writeStringField("since", TimeText.format(status.since()));
    if (!status.reason().isEmpty()) {
      json.writeStringField("reason", status.reason());
    }
    json.writeStringField("detail", status.detail());
    if (waiting.isPresent()) {
      json.writeNumberField("waiting", waiting.get().getOrDefault(dependency.name(), 0L));
    }
    json.writeArrayFieldStart("queues");
    for (String queue : status.queues()) {
      json.writeString(queue);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static String word(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
