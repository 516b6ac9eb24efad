// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Replays or purges dead letters a request at a time.
 *
 * <p>It first counts what matches and then acts on as many, oldest first. So what dies again while
 * it runs is not taken a second time, and it comes to an end.
 */
final class DeadSweep {
  private static final int STEP = 500;

  private final Api api;
  private final String verb;
  private final String field;
  private final boolean isConfirmed;

  private DeadSweep(Api api, String verb, String field, boolean isConfirmed) {
    this.api = api;
    this.verb = verb;
    this.field = field;
    this.isConfirmed = isConfirmed;
  }

  static DeadSweep replay(Api api) {
    return new DeadSweep(api, "replay", "replayed", false);
  }

  static DeadSweep purge(Api api) {
    return new DeadSweep(api, "purge", "purged", true);
  }

  /** How many match. */
  long count(List<ObjectNode> selections) throws IOException, InterruptedException {
    long sum = 0;
    for (ObjectNode selection : selections) {
      sum += matching(selection);
    }
    return sum;
  }

  private long matching(ObjectNode selection) throws IOException, InterruptedException {
    ObjectNode request = request(selection, Optional.empty()).put("dryRun", true);
    return api.post("/v1/dead-letters:" + verb, request).path("matching").asLong();
  }

  /** Acts on what matches now; the answer is on how many. */
  long run(List<ObjectNode> selections, Progress progress)
      throws IOException, InterruptedException {
    long total = count(selections);
    long done = 0;
    for (ObjectNode selection : selections) {
      long left = matching(selection);
      boolean isMore = left > 0;
      while (isMore && left > 0) {
        JsonNode answer =
            api.post(
                "/v1/dead-letters:" + verb,
                request(selection, Optional.of((int) Math.min(STEP, left))));
        long step = answer.path(field).asLong();
        left -= step;
        done += step;
        isMore = step > 0 && answer.path("more").asBoolean();
        progress.bar((double) done / Math.max(total, 1), done + " of " + total + " " + field);
      }
    }
    return done;
  }

  private ObjectNode request(ObjectNode selection, Optional<Integer> max) {
    ObjectNode request = Api.object();
    request.set("select", selection);
    max.ifPresent(count -> request.put("max", count));
    if (isConfirmed && !selection.has("ids")) {
      request.put("confirm", selection.path("queue").asText());
    }
    return request;
  }
}
