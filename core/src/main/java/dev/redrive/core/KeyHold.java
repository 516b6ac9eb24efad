// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Idempotency;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.spi.Timers;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An idempotency key that a message in hand holds, from before its attempt to its settlement. */
final class KeyHold {
  private static final Logger log = LoggerFactory.getLogger(KeyHold.class);
  private static final byte[] NO_RESULT = {};

  private final IdempotencyStore store;
  private final String key;
  private final String owner;
  private final Duration ttl;
  private final Duration lease;
  // As Timers.nanoTime.
  private volatile long leaseEnd;
  private volatile byte[] result = NO_RESULT;

  /**
   * A key that was begun.
   *
   * @param lease for how long it was begun
   * @param leaseEnd when it is free again at the earliest, as {@link Timers#nanoTime}
   */
  KeyHold(Idempotency<?> idempotency, String key, String owner, Duration lease, long leaseEnd) {
    this.store = idempotency.store();
    this.key = key;
    this.owner = owner;
    this.ttl = idempotency.ttl();
    this.lease = lease;
    this.leaseEnd = leaseEnd;
  }

  IdempotencyStore store() {
    return store;
  }

  String key() {
    return key;
  }

  String owner() {
    return owner;
  }

  Duration ttl() {
    return ttl;
  }

  /** For how long an attempt holds it. */
  Duration lease() {
    return lease;
  }

  long leaseEnd() {
    return leaseEnd;
  }

  /**
   * Whether an attempt of so many nanoseconds that begins now can still complete it: half of the
   * time that the lease is longer than the attempt may pass before it must be renewed.
   */
  boolean lasts(long timeout, long now) {
    long spare = Math.max(0, lease.toNanos() - timeout) / 2;
    return leaseEnd - now >= timeout + spare;
  }

  /** The lease was prolonged. */
  void leaseEnd(long later) {
    leaseEnd = later;
  }

  /** What the handler left. */
  byte[] result() {
    return result;
  }

  /** It was done all the same, so a result that is too long is left out and not a failure. */
  void result(byte[] left) {
    if (left.length > IdempotencyStore.RESULT_BYTES_MAX) {
      log.error(
          "the result under the key {} has {} bytes, which is over {}, and is not kept",
          key,
          left.length,
          IdempotencyStore.RESULT_BYTES_MAX);
      return;
    }
    result = left;
  }
}
