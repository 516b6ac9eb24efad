// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

/** The headers that Redrive adds to a message. Times are RFC 3339 in UTC with milliseconds. */
public final class WireHeaders {
  /** Each of Redrive's own headers begins with this; senders may not use it. */
  public static final String PREFIX = "redrive-";

  /** The message's id, where the transport has no place of its own for it. */
  public static final String ID = "redrive-id";

  /** Attempts that count so far, where the transport has no place of its own for it. */
  public static final String ATTEMPT = "redrive-attempt";

  /** When the message is due, where the transport has no place of its own for it. */
  public static final String DUE_AT = "redrive-due-at";

  /** When the message was sent, where the transport has no place of its own for it. */
  public static final String FIRST_SEEN = "redrive-first-seen";

  /** When the message becomes worthless. */
  public static final String DEADLINE = "redrive-deadline";

  /** The message's key, where the transport has no place of its own for it. */
  public static final String KEY = "redrive-key";

  /** How urgent the message is, 0 to 9; 4 if it has none. */
  public static final String PRIORITY = "redrive-priority";

  /** The request that caused the message. */
  public static final String REQUEST_ID = "redrive-request-id";

  /** The span of the first attempt, as {@code traceparent} is written. */
  public static final String FIRST_ATTEMPT = "redrive-first-attempt";

  /** The last failure, in short. */
  public static final String LAST_FAILURE = "redrive-last-failure";

  /** The delay before the last attempt, as ISO 8601, for backoff that depends on it. */
  public static final String LAST_DELAY = "redrive-last-delay";

  /** The message's transitions, as {@link History} writes them. */
  public static final String HISTORY = "redrive-history";

  /** The dependency that the last failure was put down to, which the next attempt waits for. */
  public static final String DEPENDENCY = "redrive-dependency";

  /** How often the message was replayed out of the dead letters. */
  public static final String REPLAYS = "redrive-replays";

  private WireHeaders() {}
}
