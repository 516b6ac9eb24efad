// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.concurrent.CompletionStage;

/**
 * Processes messages without keeping a thread. The stage that is returned ends the attempt:
 * normally is success, exceptionally goes to the queue's policy.
 *
 * <p>Called on an engine thread, which must not be blocked. When the queue's timeout passes the
 * attempt has failed, and a later completion changes nothing.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface AsyncHandler<T> {

  /**
   * Starts processing one message.
   *
   * @throws Exception if the attempt failed before it began
   */
  CompletionStage<?> handle(Message<T> message) throws Exception;
}
