// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.token;

import java.time.Duration;
import java.time.Instant;

/**
 * The right to send one message to a queue.
 *
 * @param id the id that the message will have
 * @param expiresAt until when it may be sent
 * @param ttl how long that was when it was made, in whole milliseconds
 */
public record Token(String id, Instant expiresAt, Duration ttl) {

  /** True if it lets nothing in any more. */
  public boolean isExpired(Instant now) {
    return !now.isBefore(expiresAt);
  }
}
