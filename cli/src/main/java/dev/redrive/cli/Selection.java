// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.UsageException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which dead letters a command acts on: ids, a filter, or all. */
final class Selection {
  private static final int IDS_MAX = 10_000;

  @Parameters(index = "0..*", paramLabel = "ID", description = "Only these.")
  List<String> ids = List.of();

  @Mixin DeadFilter filter = new DeadFilter();

  @Option(names = "--all", description = "All dead letters; with --queue, all of the queue.")
  boolean isAll;

  @Option(names = "--dry-run", description = "Only tell how many there are.")
  boolean isDryRun;

  void check() {
    int ways = (ids.isEmpty() ? 0 : 1) + (filter.isNarrow() ? 1 : 0) + (isAll ? 1 : 0);
    if (ways != 1) {
      throw new UsageException("Say which: ids, a filter such as --reason, or --all.");
    }
    if (ids.size() > IDS_MAX) {
      throw new UsageException("At most " + IDS_MAX + " ids at once.");
    }
  }

  /** One selection for each queue concerned, as the API takes it. */
  List<ObjectNode> selections(Api api, Clock clock) throws IOException, InterruptedException {
    return ids.isEmpty() ? byFilter(api, clock) : byIds(api);
  }

  private List<ObjectNode> byIds(Api api) throws IOException, InterruptedException {
    Map<String, List<String>> byQueue = new LinkedHashMap<>();
    for (String id : ids) {
      String queue =
          filter.queue != null
              ? filter.queue
              : api.get(DeadCommand.path(id, null)).path("queue").asText();
      byQueue.computeIfAbsent(queue, name -> new ArrayList<>()).add(id);
    }
    List<ObjectNode> selections = new ArrayList<>();
    byQueue.forEach(
        (queue, those) -> {
          ObjectNode selection = Api.object().put("queue", queue);
          those.forEach(selection.putArray("ids")::add);
          selections.add(selection);
        });
    return selections;
  }

  private List<ObjectNode> byFilter(Api api, Clock clock) throws IOException, InterruptedException {
    List<ObjectNode> selections = new ArrayList<>();
    for (String queue : queues(api)) {
      ObjectNode selection = Api.object().put("queue", queue);
      if (isAll) {
        selection.put("all", true);
      } else {
        selection.set("filter", filter.json(clock));
      }
      selections.add(selection);
    }
    return selections;
  }

  private List<String> queues(Api api) throws IOException, InterruptedException {
    if (filter.queue != null) {
      return List.of(filter.queue);
    }
    List<String> names = new ArrayList<>();
    for (JsonNode queue : api.get("/v1/queues").path("queues")) {
      if (queue.path("stats").path("dead").asLong() > 0) {
        names.add(queue.path("name").asText());
      }
    }
    return names;
  }
}
