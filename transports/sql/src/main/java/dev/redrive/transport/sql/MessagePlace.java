// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

/** What the column {@code state} says of a message. The numbers are for ever. */
final class MessagePlace {
  /** It waits or is leased. */
  static final int LIVE = 0;

  /** It is a dead letter. */
  static final int DEAD = 1;

  /** It succeeded, and only its id is remembered. */
  static final int SUCCEEDED = 2;

  /** It was cancelled, discarded or purged, and only its id is remembered. */
  static final int CANCELLED = 3;

  private MessagePlace() {}
}
