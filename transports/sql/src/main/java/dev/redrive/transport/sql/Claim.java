// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

/**
 * What a claim asks for.
 *
 * @param owner the number of the transport that asks
 * @param number the claim's number, which the owner uses once
 * @param max how many messages at most
 * @param leaseMillis how long each is leased
 * @param low the due time from which on to look
 * @param certainFrom the server's time from which on this process knows who lives; before, the
 *     database was away, and others may not have come back to it yet
 * @param isOrdered true to take only the first of each lane
 */
record Claim(
    long owner,
    long number,
    int max,
    long leaseMillis,
    long low,
    long certainFrom,
    boolean isOrdered) {

  /** The first part of the condition for a row {@code m} to be claimed: it is due and free. */
  static final String IS_FREE =
      """
      m.due_at >= ? AND m.due_at <= {now} AND (m.lease_until = 0 OR (m.lease_until <= {now}
        AND (m.begun = 0 OR NOT EXISTS (SELECT 1 FROM {node} n WHERE n.id = m.owner
          AND n.seen_at <= m.lease_until AND (n.alive_until > {now} OR ? > {now})))))\
      """;

  /** The second part, of an ordered queue: nobody of its lane is before it. */
  static final String IS_FIRST =
      """
      AND (m.lane IS NULL OR NOT EXISTS (SELECT 1 FROM {message} e
       WHERE e.lane = m.lane AND e.seq < m.seq))\
      """;

  /**
   * 1 if the attempt that began under the lease before ended with its process. Whoever was seen
   * after the lease had ended was alive and only too late; whoever was not seen again had died. In
   * between, {@link #IS_FREE} waits for the one or the other; also for as long as the others may
   * need to come back to a database that was away.
   */
  static final String CRASH =
      """
      CASE WHEN m.lease_until > 0 AND m.begun = 1 AND NOT EXISTS (SELECT 1 FROM {node} n
        WHERE n.id = m.owner AND n.seen_at > m.lease_until) THEN 1 ELSE 0 END\
      """;

  /** The condition, with two parameters: {@link #low} and {@link #certainFrom}. */
  String condition() {
    return isOrdered ? IS_FREE + IS_FIRST : IS_FREE;
  }
}
