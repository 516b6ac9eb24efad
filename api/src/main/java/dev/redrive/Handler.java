// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/**
 * Processes messages. Returning normally is success; whatever is thrown goes to the queue's policy.
 *
 * <p>Called from several threads at once, as many as the queue's concurrency. When the queue's
 * timeout passes, the thread is interrupted and the attempt has failed, whatever the handler does
 * afterwards.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface Handler<T> {

  /**
   * Processes one message. A message can come twice after a crash, so the effect should be
   * idempotent; the id is the same each time. {@link Idempotency} keeps duplicates away but for a
   * crash between the effect and the end of this call.
   *
   * @throws Exception if the attempt failed
   */
  void handle(Message<T> message) throws Exception;
}
