// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.spi.Settlement;
import java.util.HashMap;
import java.util.Map;

/** What a settlement makes of a message's row. */
final class Settling {
  private Settling() {}

  /**
   * The change.
   *
   * @param isForgotten true if the queue remembers no ids of messages that ended
   */
  static Change change(SqlLease lease, Settlement settlement, boolean isForgotten) {
    if (settlement instanceof Settlement.Ack) {
      return end(lease, MessagePlace.SUCCEEDED, 1, isForgotten);
    }
    if (settlement instanceof Settlement.Discard) {
      return end(lease, MessagePlace.CANCELLED, 0, isForgotten);
    }
    if (settlement instanceof Settlement.Retry retry) {
      long dueAt = Millis.notBefore(retry.dueAt());
      return Change.move(lease, dueAt, 1, headers(lease, retry.headers()));
    }
    if (settlement instanceof Settlement.Defer defer) {
      long dueAt = Millis.notBefore(defer.dueAt());
      return Change.move(lease, dueAt, 0, headers(lease, defer.headers()));
    }
    if (settlement instanceof Settlement.Dead dead) {
      return new Change(
          lease,
          Change.Kind.BURY,
          0,
          dead.attempts(),
          headers(lease, dead.headers()),
          dead.reason().wireName(),
          dead.failure().getBytes(UTF_8),
          dead.fingerprint().getBytes(UTF_8));
    }
    throw new IllegalArgumentException("no such settlement: " + settlement);
  }

  private static Change end(SqlLease lease, int state, int attempts, boolean isForgotten) {
    Change.Kind kind = lease.isUnique() || isForgotten ? Change.Kind.FORGET : Change.Kind.REMEMBER;
    return Change.of(lease, kind, state, attempts);
  }

  // The row still has the headers that the message was handed over with: a lease that holds is
  // the only one that may have changed them.
  private static byte[] headers(SqlLease lease, Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(lease.headers());
    headers.putAll(more);
    return HeaderBytes.write(headers);
  }
}
