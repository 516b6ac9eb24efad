// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/**
 * A handler that leaves a result. A queue with {@link Idempotency} keeps it under the message's
 * key, and tells it with each {@link Event.Recognised duplicate} that it recognises; elsewhere it
 * is dropped.
 *
 * <pre>{@code
 * queue.handle((ResultHandler<Order>) message -> charge(message.payload()).receipt());
 * }</pre>
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface ResultHandler<T> extends Handler<T> {

  /**
   * Processes one message.
   *
   * @return what is to be kept, at most {@link
   *     dev.redrive.idempotency.IdempotencyStore#RESULT_BYTES_MAX} bytes; of more nothing is kept,
   *     and that is logged as an error, for the message is done all the same
   * @throws Exception if the attempt failed
   */
  byte[] result(Message<T> message) throws Exception;

  @Override
  default void handle(Message<T> message) throws Exception {
    result(message);
  }
}
