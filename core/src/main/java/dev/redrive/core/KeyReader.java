// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.IdempotencyKey;
import dev.redrive.Message;
import dev.redrive.QueueOptions;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.retry.Reason;
import java.nio.charset.StandardCharsets;
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
    } catch (Throwable undecodable) {
      throwIfNoMemory(undecodable);
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
      return found.filter(text -> isRight(message, text));
    } catch (Throwable failure) {
      throwIfNoMemory(failure);
      reject(message, "its idempotency key cannot be told: " + failure);
      return Optional.empty();
    }
  }

  // A class that cannot be loaded fails the message each time; for want of memory it comes again.
  private static void throwIfNoMemory(Throwable failure) {
    if (failure instanceof VirtualMachineError noMemory
        && !(failure instanceof StackOverflowError)) {
      throw noMemory;
    }
  }

  private boolean isRight(Handed message, String key) {
    int max = IdempotencyStore.KEY_CHARS_MAX - queue.name().length() - 1;
    if (key.isEmpty() || key.length() > max) {
      reject(
          message,
          "its idempotency key must have 1 to " + max + " characters, not " + key.length());
      return false;
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
      // As bytes it would be another one's, whose message may be done.
      reject(message, "its idempotency key has half a character (a lone surrogate)");
      return false;
    }
    return true;
  }

  private void reject(Handed message, String why) {
    if (message.claim()) {
      queue.settler().turnAway(message, new Admission.Refusal(Optional.of(Reason.REJECTED), why));
    }
  }
}
