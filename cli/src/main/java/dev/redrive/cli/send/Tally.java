// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.send;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import java.util.ArrayList;
import java.util.List;

/** What became of the lines of a file. Not thread-safe. */
public final class Tally {
  private static final int REFUSALS_KEPT = 1_000;
  private static final int STATUS_WRONG = 400;

  /**
   * A line that was not accepted.
   *
   * @param line its number in the file, from 1
   * @param why what the server said
   */
  public record Refusal(long line, String why) {}

  private long accepted;
  private long duplicate;
  private long refused;
  private long lastLine;
  private final List<Refusal> refusals = new ArrayList<>();

  void add(long line, JsonNode result) {
    lastLine = line;
    if (result.path("status").asInt() >= STATUS_WRONG) {
      refuse(line, result.path("detail").asText(result.path("title").asText("refused")));
    } else if (result.path("duplicate").asBoolean()) {
      duplicate++;
    } else {
      accepted++;
    }
  }

  private void refuse(long line, String why) {
    refused++;
    if (refusals.size() < REFUSALS_KEPT) {
      refusals.add(new Refusal(line, why));
    }
  }

  /** Messages that are durable now. */
  public long accepted() {
    return accepted;
  }

  /** Messages that the server knew already. */
  public long duplicate() {
    return duplicate;
  }

  /** Lines that were not accepted. */
  public long refused() {
    return refused;
  }

  /** The number of the last line that the server answered; 0 before the first. */
  public long lastLine() {
    return lastLine;
  }

  /** The first of the lines that were not accepted. */
  public List<Refusal> refusals() {
    return List.copyOf(refusals);
  }

  /** All of it, for programs. */
  public ObjectNode json() {
    ObjectNode json =
        Api.object().put("accepted", accepted).put("duplicate", duplicate).put("refused", refused);
    ArrayNode lines = json.putArray("refusals");
    refusals.forEach(
        refusal -> lines.addObject().put("line", refusal.line()).put("detail", refusal.why()));
    return json;
  }
}
