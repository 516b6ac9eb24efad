// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a queue sees to it that duplicates have no effect: a message whose key was done before is
 * acknowledged, and its handler is not called. Immutable.
 *
 * <pre>{@code
 * Idempotency.in(store).key(IdempotencyKey.header("Idempotency-Key")).ttl(Duration.ofDays(7))
 * }</pre>
 *
 * @param store what was done is remembered here; several queues may share it, as their keys are
 *     kept apart by the queue's name
 * @param key by what messages are recognised
 * @param lease for how long an attempt holds its key if its process dies: until then the message
 *     waits; empty for the queue's timeout and 30 seconds more
 * @param ttl how long it is remembered that a key was done
 * @param <T> the payload's type
 */
public record Idempotency<T>(
    IdempotencyStore store, IdempotencyKey<? super T> key, Optional<Duration> lease, Duration ttl) {
  /** A lease is longer than the queue's timeout by this at least. */
  public static final Duration LEASE_MARGIN_MIN = Duration.ofSeconds(5);

  private static final Duration TTL = Duration.ofHours(24);

  /** Checks that nothing is missing. */
  public Idempotency {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(key, "key");
  }

  /** By message ids, remembered for a day in this store. */
  public static Idempotency<Object> in(IdempotencyStore store) {
    return new Idempotency<>(store, IdempotencyKey.messageId(), Optional.empty(), TTL);
  }

  /** By what messages are recognised. */
  public <S> Idempotency<S> key(IdempotencyKey<? super S> other) {
    return new Idempotency<>(store, other, lease, ttl);
  }

  /**
   * How long an attempt holds its key at most. Longer than the queue's timeout by {@link
   * #LEASE_MARGIN_MIN} or more, so that what an attempt did can still be stored before another one
   * may run under its key.
   */
  public Idempotency<T> lease(Duration other) {
    return new Idempotency<>(store, key, Optional.of(other), ttl);
  }

  /** How long it is remembered that a key was done. */
  public Idempotency<T> ttl(Duration other) {
    return new Idempotency<>(store, key, lease, other);
  }
}
