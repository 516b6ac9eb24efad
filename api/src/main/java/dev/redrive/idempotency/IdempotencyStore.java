// SPDX-License-Identifier: Apache-2.0

package dev.redrive.idempotency;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Remembers what was done under a key. A key is free, or held by one owner for the time of a lease,
 * or done; {@code docs/spec/idempotency-store.md} has the rules, with their tests.
 *
 * <p>Thread-safe, and no method blocks. A stage that fails, for whatever reason, leaves open
 * whether the call took effect; nothing may be taken for done because the store could not be asked.
 * Calls may be made again: by the owner, with the same arguments, they change nothing and are
 * answered alike.
 *
 * <p>A store has a bound. What would exceed it is refused by a stage that fails; a key that is
 * held, or done and within its time, is never forgotten for want of room.
 */
public interface IdempotencyStore {

  /** Characters of a key at most. */
  int KEY_CHARS_MAX = 500;

  /** Bytes of a result at most. */
  int RESULT_BYTES_MAX = 64 * 1_024;

  /**
   * Takes hold of a key that is free. Of several who try at once, one gets it.
   *
   * @param key 1 to {@link #KEY_CHARS_MAX} characters
   * @param lease for how long, more than zero; then it is free again
   */
  CompletionStage<Begun> begin(String key, Duration lease);

  /**
   * Moves the end of the owner's lease to this much time from now. False if the owner does not hold
   * the key any more.
   */
  CompletionStage<Boolean> renew(String key, String owner, Duration lease);

  /**
   * The owner has done it. Also after the lease's end, as long as nobody else has taken the key. On
   * true, all who begin get this result until the time is over, whatever becomes of this process
   * or, as far as the store promises that, of the machine.
   *
   * @param result at most {@link #RESULT_BYTES_MAX} bytes; must not be changed afterwards
   * @param ttl how long it is remembered, more than zero
   * @return false if another owner has taken the key, or has even done it: then nothing was changed
   */
  CompletionStage<Boolean> complete(String key, String owner, byte[] result, Duration ttl);

  /**
   * The owner has not done it, and the key is free at once. False, and nothing was changed, if the
   * owner does not hold it: not any more, or because it is done.
   */
  CompletionStage<Boolean> release(String key, String owner);
}
