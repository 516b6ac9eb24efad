// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import java.io.IOException;

/**
 * What the server says of a queue.
 *
 * @param sent messages it took
 * @param waiting messages that wait
 * @param retrying those of them that failed before
 * @param running messages under delivery
 * @param succeeded messages delivered
 * @param dead messages among the dead letters
 * @param gone messages cancelled or purged
 */
record Counts(
    long sent, long waiting, long retrying, long running, long succeeded, long dead, long gone) {

  static Counts of(Api api, String queue) throws IOException, InterruptedException {
    JsonNode stats = api.get("/v1/queues/" + queue).path("stats");
    return new Counts(
        stats.path("sent").asLong(),
        stats.path("waiting").asLong(),
        stats.path("retrying").asLong(),
        stats.path("running").asLong(),
        stats.path("succeeded").asLong(),
        stats.path("dead").asLong(),
        stats.path("cancelled").asLong() + stats.path("purged").asLong());
  }

  /** True if nothing is left to do. */
  boolean isAtRest() {
    return waiting == 0 && running == 0;
  }

  /** Where all messages are; equal to those sent. */
  long sum() {
    return succeeded + dead + gone + waiting + running;
  }
}
