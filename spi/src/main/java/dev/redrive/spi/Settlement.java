// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.retry.Reason;
import java.time.Instant;
import java.util.Map;

/** What is to become of a leased message. */
public sealed interface Settlement {

  /** The right to settle it. */
  Lease lease();

  /** It is processed. */
  record Ack(Lease lease) implements Settlement {}

  /**
   * The attempt counts, and the next one is not before {@code dueAt}.
   *
   * @param headers the engine's headers to add or replace
   */
  record Retry(Lease lease, Instant dueAt, Map<String, String> headers) implements Settlement {}

  /**
   * The attempt does not count, begun or not; the message comes again not before {@code dueAt} with
   * the same attempt number.
   *
   * @param headers the engine's headers to add or replace; a transport that would have to copy the
   *     message for their sake leaves them out, and the history is without that line
   */
  record Defer(Lease lease, Instant dueAt, Map<String, String> headers) implements Settlement {
    /** Without headers. */
    public Defer(Lease lease, Instant dueAt) {
      this(lease, dueAt, Map.of());
    }
  }

  /**
   * It goes to the dead letters.
   *
   * @param reason why
   * @param failure the last failure as text; kept whole
   * @param fingerprint the failure normalised
   * @param attempts how many attempts count
   * @param headers the engine's headers to add or replace
   */
  record Dead(
      Lease lease,
      Reason reason,
      String failure,
      String fingerprint,
      int attempts,
      Map<String, String> headers)
      implements Settlement {}

  /** It is to be dropped without a trace among the dead letters; it ends as {@code cancelled}. */
  record Discard(Lease lease) implements Settlement {}
}
