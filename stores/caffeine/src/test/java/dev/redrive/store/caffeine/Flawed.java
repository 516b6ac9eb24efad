// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A sound store, of which each flaw gets one thing wrong. */
class Flawed implements IdempotencyStore {
  final IdempotencyStore sound;

  Flawed(IdempotencyStore sound) {
    this.sound = sound;
  }

  @Override
  public CompletionStage<Begun> begin(String key, Duration lease) {
    return sound.begin(key, lease);
  }

  @Override
  public CompletionStage<Boolean> renew(String key, String owner, Duration lease) {
    return sound.renew(key, owner, lease);
  }

  @Override
  public CompletionStage<Boolean> complete(String key, String owner, byte[] result, Duration ttl) {
    return sound.complete(key, owner, result, ttl);
  }

  @Override
  public CompletionStage<Boolean> release(String key, String owner) {
    return sound.release(key, owner);
  }
}
