// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.queue;

import dev.redrive.InvalidOptionsException;
import dev.redrive.server.config.QueueConfig;
import dev.redrive.server.config.QueueReader;
import dev.redrive.server.files.DataDir;
import dev.redrive.server.json.Fields;
import dev.redrive.server.json.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was decided over the API about queues, in {@code queues.json}: their settings, and which are
 * paused. Each change is durable when its method returns. Used by one thread at a time.
 */
final class QueueStore {
  static final String NAME = "queues.json";

  private final DataDir folder;
  private final Map<String, QueueConfig> queues = new TreeMap<>();
  private final Map<String, String> paused = new TreeMap<>();

  /**
   * Reads the file.
   *
   * @throws InvalidOptionsException if it is damaged
   */
  QueueStore(DataDir folder) {
    this.folder = folder;
    try {
      Optional<byte[]> bytes = folder.read(NAME);
      if (bytes.isPresent()) {
        read(Fields.of(Json.object(bytes.get())));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidOptionsException(
          folder.path(NAME).toString(),
          List.of("cannot be read (" + e.getMessage() + "): mend it, or take it away"));
    }
  }

  private void read(Fields fields) {
    fields
        .objects("queues")
        .forEach(
            (name, each) ->
                QueueReader.read(name, each).ifPresent(queue -> queues.put(name, queue)));
    paused.putAll(fields.texts("paused"));
    fields.endOrThrow(folder.path(NAME).toString());
  }

  Map<String, QueueConfig> queues() {
    return Map.copyOf(queues);
  }

  Map<String, String> paused() {
    return Map.copyOf(paused);
  }

  void put(QueueConfig queue) throws IOException {
    Map<String, QueueConfig> changed = new TreeMap<>(queues);
    changed.put(queue.name(), queue);
    write(changed, paused);
    queues.put(queue.name(), queue);
  }

  void pause(String queue, String reason) throws IOException {
    if (reason.equals(paused.get(queue))) {
      return;
    }
    Map<String, String> changed = new TreeMap<>(paused);
    changed.put(queue, reason);
    write(queues, changed);
    paused.put(queue, reason);
  }

  void resume(String queue) throws IOException {
    if (!paused.containsKey(queue)) {
      return;
    }
    Map<String, String> changed = new TreeMap<>(paused);
    changed.remove(queue);
    write(queues, changed);
    paused.remove(queue);
  }

  private void write(Map<String, QueueConfig> queues, Map<String, String> paused)
      throws IOException {
    Map<String, Object> trees = new LinkedHashMap<>();
    queues.forEach((name, queue) -> trees.put(name, queue.tree()));
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("queues", trees);
    root.put("paused", paused);
    folder.write(NAME, Json.bytes(json -> Json.tree(json, root)));
  }
}
