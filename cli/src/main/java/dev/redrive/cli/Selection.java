// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.http.RefusedException;
import dev.redrive.cli.screen.UsageException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /**
   * What is meant, as it is now.
   *
   * @param selections one for each queue concerned, as the API takes it
   * @param missing the ids that are no dead letters
   */
  record Chosen(List<ObjectNode> selections, List<String> missing) {

    /** How many ids are dead letters. */
    long idCount() {
      return selections.stream().mapToLong(selection -> selection.path("ids").size()).sum();
    }
  }

  /** Looks up what is meant. */
  Chosen choose(Api api, DeadSweep sweep, Clock clock) throws IOException, InterruptedException {
    return ids.isEmpty() ? new Chosen(byFilter(api, clock), List.of()) : byIds(api, sweep);
  }

  private Chosen byIds(Api api, DeadSweep sweep) throws IOException, InterruptedException {
    Map<String, List<String>> byQueue = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String id : new LinkedHashSet<>(ids)) {
      Optional<String> queue = filter.queue == null ? queueOf(api, id) : queueIfDead(sweep, id);
      queue.ifPresentOrElse(
          name -> byQueue.computeIfAbsent(name, none -> new ArrayList<>()).add(id),
          () -> missing.add(id));
    }
    List<ObjectNode> selections = new ArrayList<>();
    byQueue.forEach((queue, those) -> selections.add(byIds(queue, those)));
    return new Chosen(selections, missing);
  }

  private static Optional<String> queueOf(Api api, String id)
      throws IOException, InterruptedException {
    try {
      return Json.text(api.get(DeadCommand.PATH + "/" + Api.segment(id)), "queue");
    } catch (RefusedException e) {
      if (e.word().equals("unknown-dead-letter")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  // Counting needs no more of a key than replaying does.
  private Optional<String> queueIfDead(DeadSweep sweep, String id)
      throws IOException, InterruptedException {
    Optional<String> queue = Optional.ofNullable(filter.queue);
    boolean isDead = sweep.count(List.of(byIds(queue.orElseThrow(), List.of(id)))) > 0;
    return isDead ? queue : Optional.empty();
  }

  private static ObjectNode byIds(String queue, List<String> those) {
    ObjectNode selection = Api.object().put("queue", queue);
    those.forEach(selection.putArray("ids")::add);
    return selection;
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
