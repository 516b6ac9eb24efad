// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes messages of one queue under leases, and settles them. Thread-safe. A settlement answers
 * false if the lease was lost: it changed nothing, and somebody else may have the message.
 */
public final class Leases {
  private static final int CONFLICT = 409;
  private static final int FAILURE_MAX = 10_000;

  private final Api api;
  private final String queue;

  /** Leases of this queue. */
  public Leases(Api api, String queue) {
    this.api = api;
    this.queue = queue;
  }

  /**
   * Takes due messages.
   *
   * @param max how many at most
   * @param wait how long to wait for the first one
   * @param lease for how long they may be settled
   */
  public List<Lease> take(int max, Duration wait, Duration lease)
      throws IOException, InterruptedException {
    ObjectNode body =
        Api.object()
            .put("max", max)
            .put("wait", wait.toMillis() + "ms")
            .put("lease", lease.toMillis() + "ms");
    List<Lease> leases = new ArrayList<>();
    api.post("/v1/queues/" + Api.segment(queue) + ":lease", body)
        .path("deliveries")
        .forEach(delivery -> leases.add(Lease.of(delivery)));
    return leases;
  }

  /** The message is processed. */
  public boolean ack(Lease lease) throws IOException, InterruptedException {
    return settle(lease, "ack", Api.object());
  }

  /** The attempt failed; the queue's policy decides what follows. */
  public boolean retry(Lease lease, String failure) throws IOException, InterruptedException {
    return settle(lease, "retry", failure(failure));
  }

  /** The message goes to the dead letters. */
  public boolean dead(Lease lease, String failure) throws IOException, InterruptedException {
    return settle(lease, "dead", failure(failure));
  }

  /** Gives the message back; the attempt does not count. */
  public boolean release(Lease lease) throws IOException, InterruptedException {
    return settle(lease, "release", Api.object());
  }

  /** Moves the lease's end to this much time from now. */
  public boolean extend(Lease lease, Duration by) throws IOException, InterruptedException {
    return settle(lease, "extend", Api.object().put("by", by.toMillis() + "ms"));
  }

  private static ObjectNode failure(String text) {
    String bounded = text.length() > FAILURE_MAX ? text.substring(0, FAILURE_MAX) : text;
    return Api.object().put("failure", bounded);
  }

  private boolean settle(Lease lease, String verb, ObjectNode body)
      throws IOException, InterruptedException {
    String path = "/v1/leases/" + Api.segment(lease.token()) + ":" + verb;
    try {
      if (body.isEmpty()) {
        api.post(path);
      } else {
        api.post(path, body);
      }
      return true;
    } catch (RefusedException e) {
      if (e.status() == CONFLICT) {
        return false;
      }
      throw e;
    }
  }
}
