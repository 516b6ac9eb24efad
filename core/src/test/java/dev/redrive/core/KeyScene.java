// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Idempotency;
import dev.redrive.IdempotencyKey;
import dev.redrive.IdempotencyStatus;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.store.caffeine.CaffeineIdempotencyStore;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * A world whose queue goes by the header {@code key}, with a store that outlives its processes as a
 * server would. An attempt may take a minute, and its key is held for two.
 */
final class KeyScene implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofMinutes(1);
  static final Duration LEASE = Duration.ofMinutes(2);
  static final Duration TTL = Duration.ofHours(1);

  private final World world;
  private final TroubledStore store;
  private Queue<String> queue;

  KeyScene() {
    this(new World());
  }

  KeyScene(World world) {
    this.world = world;
    this.store =
        new TroubledStore(new CaffeineIdempotencyStore(10_000_000, world.time()::nanoTime));
    this.queue = declared(IdempotencyKey.header("key"));
  }

  Queue<String> declared(IdempotencyKey<? super String> key) {
    return declared(key, UnaryOperator.identity());
  }

  Queue<String> declared(
      IdempotencyKey<? super String> key, UnaryOperator<QueueOptions.Builder<String>> options) {
    Idempotency<String> idempotency = Idempotency.in(store).<String>key(key).lease(LEASE).ttl(TTL);
    queue =
        world.queue(
            builder ->
                options.apply(builder.concurrency(2).timeout(TIMEOUT).idempotency(idempotency)));
    return queue;
  }

  World world() {
    return world;
  }

  TroubledStore store() {
    return store;
  }

  Queue<String> queue() {
    return queue;
  }

  IdempotencyStatus status() {
    return queue.idempotency().orElseThrow();
  }

  /** Sends a message of this id under a key. */
  void send(String id, String key) {
    world.get(queue.send(message(id, key)));
  }

  static Outgoing<String> message(String id, String key) {
    return World.message(id).header("key", key);
  }

  /** Kills the process; the next one declares the queue as before. */
  void crash() {
    world.crash();
    queue = declared(IdempotencyKey.header("key"));
  }

  @Override
  public void close() {
    world.close();
  }
}
