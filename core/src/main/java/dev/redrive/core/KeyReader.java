// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.IdempotencyKey;
import dev.redrive.Message;
import dev.redrive.QueueOptions;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.retry.Reason;
import java.util.Optional;

/**
 * Reads messages' idempotency keys, and rejects what has none: nobody could tell its duplicate. A
 * key begins with its queue's name, which has no slash, so that queues share a store.
 */
final class KeyReader<T> {
  private final QueueEngine<T> queue;

  KeyReader(QueueEngine<T> queue) {
    this.queue = queue;
  }

  /** The key; empty if the message was settled for want of one. */
  Optional<String> read(Handed message, IdempotencyKey<? super T> key, QueueOptions<T> options) {
    Message<T> decoded;
    try {
      decoded = Attempt.message(message, options);
    } catch (Exception | StackOverflowError undecodable) {
      if (message.claim()) {
        queue.settler().undecodable(message, undecodable);
      }
      return Optional.empty();
    }
    message.decoded(decoded);
    return ask(message, decoded, key).map(text -> options.name() + "/" + text);
  }

  private Optional<String> ask(Handed message, Message<T> decoded, IdempotencyKey<? super T> key) {
    try {
      Optional<String> found = key.of(decoded);
      if (found.isEmpty()) {
        reject(message, "it has no idempotency key");
      }
      return found.filter(text -> isShort(message, text));
    } catch (Exception | StackOverflowError failure) {
      reject(message, "its idempotency key cannot be told: " + failure);
      return Optional.empty();
    }
  }

  private boolean isShort(Handed message, String key) {
    int max = IdempotencyStore.KEY_CHARS_MAX - queue.name().length() - 1;
    boolean isShort = !key.isEmpty() && key.length() <= max;
    if (!isShort) {
      reject(
          message,
          "its idempotency key must have 1 to " + max + " characters, not " + key.length());
    }
    return isShort;
  }

  private void reject(Handed message, String why) {
    if (message.claim()) {
      queue.settler().turnAway(message, new Admission.Refusal(Optional.of(Reason.REJECTED), why));
    }
  }
}
