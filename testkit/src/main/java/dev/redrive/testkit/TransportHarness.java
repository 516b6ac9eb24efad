// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import dev.redrive.spi.Transport;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * What the contract needs to hold a transport to its rules: a way to open it, to let time pass, and
 * to end its process kindly or not.
 *
 * <p>One harness serves one test, has one transport open at a time, and is used by one thread,
 * except that the contract calls the transport itself from several. Two kinds fit:
 *
 * <ul>
 *   <li>on virtual time ({@link VirtualTime}): {@link #advance} moves the clock and runs what is
 *       due, so that a test of hours takes milliseconds; with threads of its own, the transport
 *       gets a virtual clock and timers all the same;
 *   <li>on real time, with a real server: {@link #advance} really waits, and {@link #tick} is made
 *       small.
 * </ul>
 */
public interface TransportHarness extends AutoCloseable {

  /** Opens the transport, empty the first time; what an earlier one stored durably is there. */
  Transport open();

  /** Closes the open transport in good order and opens it again, as a restart would. */
  Transport restart();

  /**
   * Ends the open transport as {@code kill -9} ends its process, and opens it again: nothing is
   * flushed, handed back or told. What a purely volatile transport held is lost. Leases of before
   * may last until they end; the contract lets that time pass.
   */
  Transport crash();

  /** The clock by which the transport judges what is due. */
  InstantSource clock();

  /**
   * Lets this much time pass, and then gives the transport the chance to do all that it would do at
   * this time, right or wrong: the contract checks after it that nothing came. Zero gives only the
   * chance. Where the end of the work cannot be known, waits a bounded real time instead.
   */
  void advance(Duration by);

  /**
   * Lets the clock jump, forward or back, without time passing.
   *
   * @return false, having done nothing, if that clock cannot be moved
   */
  default boolean shiftClock(Duration by) {
    return false;
  }

  /**
   * Lets the transport work, without moving a virtual clock, until the condition holds.
   *
   * @throws AssertionError if it does not hold in a bounded time, saying what was awaited; on
   *     virtual time, as soon as there is nothing left to run
   */
  void await(String what, BooleanSupplier condition);

  /**
   * Waits for a stage with {@link #await(String, BooleanSupplier)}.
   *
   * @return its result
   * @throws RuntimeException what it failed with
   */
  default <T> T await(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    await("the stage's end", future::isDone);
    try {
      return future.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  /**
   * What the contract counts time in: the shortest lease is three of these, a delay from one to
   * some tens. At least the transport's granularity, and long enough that the machine's slowness
   * does not matter.
   */
  default Duration tick() {
    return Duration.ofSeconds(10);
  }

  /** The longest time that {@link #advance} can let pass in a test. */
  default Duration longest() {
    return Duration.ofDays(400);
  }

  /** How long, in real time, to wait for threads of a test before it has failed. */
  default Duration patience() {
    return Duration.ofMinutes(1);
  }

  /**
   * Cuts the transport off from its server until {@link #heal}.
   *
   * @return false, having done nothing, if there is no connection that could be cut
   */
  default boolean cut() {
    return false;
  }

  /** Ends {@link #cut}. */
  default void heal() {}

  /** Closes the transport if it is open, and removes what it stored. May be called twice. */
  @Override
  void close();
}
