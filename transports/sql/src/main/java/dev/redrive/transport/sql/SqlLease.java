// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import dev.redrive.spi.Lease;
import java.util.Map;

/**
 * The right to settle a message. Owner and claim are its fencing token: each transport that is
 * opened has a number that no other has, and counts its claims, so that no two hand-overs of a
 * message have both in common. The database compares them. Equal only to itself.
 */
final class SqlLease implements Lease {
  private final String id;
  private final long owner;
  private final long claim;
  private final boolean isUnique;
  private final Map<String, String> headers;

  // When it has ended for certain, by the clock of timers; far away until it is known.
  private volatile long endsAt = Long.MAX_VALUE;

  /**
   * @param owner the number of the transport that has it
   * @param claim the number of the claim by which it came
   * @param isUnique true if its id need not be remembered
   * @param headers the message's headers, to which a settlement adds
   */
  SqlLease(String id, long owner, long claim, boolean isUnique, Map<String, String> headers) {
    this.id = id;
    this.owner = owner;
    this.claim = claim;
    this.isUnique = isUnique;
    this.headers = headers;
  }

  /** It has ended by then, whatever the server's clock shows. */
  void endsAt(long nanos) {
    endsAt = nanos;
  }

  boolean hasEnded(long now) {
    return now > endsAt;
  }

  String id() {
    return id;
  }

  long owner() {
    return owner;
  }

  long claim() {
    return claim;
  }

  boolean isUnique() {
    return isUnique;
  }

  Map<String, String> headers() {
    return headers;
  }
}
