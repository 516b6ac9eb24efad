// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * One hand-over of a message to a consumer that settles it itself, under a lease.
 *
 * <p>The attempt has begun. Exactly one settlement takes effect; after it, and after the lease's
 * end, every further one answers {@link Settled#STALE} and changes nothing (promise P4). A lease
 * that runs out unsettled counts as a failed attempt, because its consumer is taken for dead; one
 * that ends with the message's deadline lets the message die as {@code expired}. Thread-safe.
 *
 * @param <T> the payload's type
 */
public interface Delivery<T> {

  /** The message. */
  Message<T> message();

  /**
   * What surrounds the attempt. {@link Context#wrap} puts it around the processing, so that what is
   * sent there inherits from the message.
   */
  Context context();

  /** When the lease ends, unless it is extended; with the message's deadline at the latest. */
  Instant leaseEnd();

  /** The message is processed. */
  CompletionStage<Settled> ack();

  /** The attempt failed; the queue's policy decides what follows. */
  CompletionStage<Settled> fail(Throwable cause);

  /** The attempt failed; the next one is due after this delay, if the policy has one left. */
  CompletionStage<Settled> retry(Duration after, String why);

  /** The message goes to the dead letters as {@code rejected}. */
  CompletionStage<Settled> dead(String why);

  /** Gives the message back as if it had never been handed over: the attempt does not count. */
  CompletionStage<Settled> release();

  /** Moves the lease's end to this much time from now, or to the deadline if that is earlier. */
  CompletionStage<Settled> extend(Duration by);
}
