// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import java.time.Duration;

/**
 * How long a peer may take. What the server itself takes to answer is not counted.
 *
 * @param tick how often peers are looked at; all other times are rounded up to it
 * @param head until the head of a request is complete, also on a connection that was used before
 * @param body in which a body must bring {@link #BODY_BYTES_MIN} bytes more, or its end
 * @param write until the peer has taken what was written to it
 * @param linger in which what is left of a refused body is read and dropped
 */
public record HttpTimes(
    Duration tick, Duration head, Duration body, Duration write, Duration linger) {

  /** What a body must bring in its time; less is a peer that wants to keep the connection busy. */
  static final int BODY_BYTES_MIN = 4_096;

  /** 30 seconds for a head, 10 for a part of a body, 30 for reading an answer. */
  public static HttpTimes defaults() {
    return new HttpTimes(
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(2));
  }

  long ticks(Duration time) {
    return Math.max(1, (time.toMillis() + tick.toMillis() - 1) / tick.toMillis());
  }
}
