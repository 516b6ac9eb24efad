// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Map;
import java.util.Optional;

/**
 * Says by which key a message is recognised. Two messages of one queue that have the same key are
 * the same thing to be done, once.
 *
 * <pre>{@code
 * IdempotencyKey<Order> key = message -> Optional.of(message.payload().number());
 * }</pre>
 *
 * <p>Called on an engine thread before each attempt, so it must be quick, must not block, and must
 * answer the same for a message each time. What it throws is a failed attempt, which the queue's
 * policy decides on.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface IdempotencyKey<T> {

  /**
   * The message's key.
   *
   * @return empty if it has none: the message is then rejected, and goes to the dead letters,
   *     because without a key nobody can tell whether it was done
   */
  Optional<String> of(Message<? extends T> message);

  /** By the message's id: recognises what the transport hands over twice, or is sent twice. */
  static IdempotencyKey<Object> messageId() {
    return message -> Optional.of(message.id());
  }

  /**
   * By a header of the sender's, its name in whatever case. An empty one counts as missing.
   *
   * @param name the header's name, for example {@code Idempotency-Key}
   */
  static IdempotencyKey<Object> header(String name) {
    return message ->
        message.headers().entrySet().stream()
            .filter(header -> header.getKey().equalsIgnoreCase(name))
            .map(Map.Entry::getValue)
            .filter(value -> !value.isEmpty())
            .findFirst();
  }

  /** This key or, for a message that has none by it, the other. */
  default IdempotencyKey<T> orElse(IdempotencyKey<? super T> other) {
    return message -> of(message).or(() -> other.of(message));
  }
}
