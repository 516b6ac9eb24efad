// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.gate.Dependency;
import dev.redrive.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.Collection;

/**
 * Reliable delivery on one transport: the queues, and what can be observed of them.
 *
 * <p>Opened by the engine, for example {@code Engine.open("embedded:./data")}. Thread-safe.
 */
public interface Redrive extends AutoCloseable {

  /**
   * Declares a queue, creating on the transport what it needs, or declares it anew: further
   * attempts follow the new options.
   *
   * @throws InvalidOptionsException if the options contradict one another
   * @throws UnsupportedCapabilityException if the transport cannot keep what the options ask
   * @throws TransportException if the transport cannot be reached
   */
  <T> Queue<T> queue(QueueOptions<T> options);

  /** The names of the queues declared so far. */
  Collection<String> queues();

  /** The dependencies that queues and their policies name, by name. */
  Collection<Dependency> dependencies();

  /**
   * The idempotency store that the transport keeps beside its messages, for {@link Idempotency#in};
   * usable until this is closed.
   *
   * @throws UnsupportedCapabilityException if the transport keeps none; give queues another store
   */
  IdempotencyStore idempotencyStore();

  /** How the transport is doing. */
  TransportState state();

  /**
   * Calls the listener at each event from now on. It is called on engine threads, so it must be
   * quick and must not block; what it throws is logged and changes nothing.
   *
   * @return ends the listening when closed
   */
  Registration listen(Listener listener);

  /** Closes with a grace period of 10 seconds. */
  @Override
  default void close() {
    close(Duration.ofSeconds(10));
  }

  /**
   * Stops taking work, lets attempts that run finish within the grace period, interrupts the rest
   * and hands their messages back uncounted, and closes the transport. May be called more than
   * once.
   */
  void close(Duration grace);

  /** Something that lasts until it is closed. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
