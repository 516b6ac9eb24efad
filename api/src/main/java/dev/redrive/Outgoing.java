// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A message to be sent: the payload and what the sender wants done with it.
 *
 * <pre>{@code
 * queue.send(Outgoing.of(order).id("order-17").after(Duration.ofSeconds(30)));
 * }</pre>
 *
 * <p>Immutable; each method returns a changed copy. What is wrong with a message is said by {@code
 * send}, with all mistakes at once.
 *
 * @param <T> the payload's type
 */
public final class Outgoing<T> {
  private final T payload;
  private final Spec spec;

  private Outgoing(T payload, Spec spec) {
    this.payload = payload;
    this.spec = spec;
  }

  private record Spec(
      Optional<String> id,
      Optional<String> key,
      Optional<Duration> delay,
      Optional<Instant> dueAt,
      Optional<Instant> deadline,
      boolean inheritsDeadline,
      OptionalInt priority,
      Map<String, String> headers) {
    static final Spec NONE =
        new Spec(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            true,
            OptionalInt.empty(),
            Map.of());
  }

  /** A message that is due at once, under an id that Redrive makes. */
  public static <T> Outgoing<T> of(T payload) {
    return new Outgoing<>(payload, Spec.NONE);
  }

  /**
   * Sends under this id, 1 to 200 characters. A second message with the id of one that is waiting,
   * dead, or ended within the queue's deduplication window is recognised and not stored again, if
   * {@link Queue#isDeduplicated}.
   */
  public Outgoing<T> id(String id) {
    return with(
        new Spec(
            Optional.of(id),
            spec.key,
            spec.delay,
            spec.dueAt,
            spec.deadline,
            spec.inheritsDeadline,
            spec.priority,
            spec.headers));
  }

  /** Belongs to this key: an ordered queue processes the messages of one key one after another. */
  public Outgoing<T> key(String key) {
    return with(
        new Spec(
            spec.id,
            Optional.of(key),
            spec.delay,
            spec.dueAt,
            spec.deadline,
            spec.inheritsDeadline,
            spec.priority,
            spec.headers));
  }

  /** Is not due before this much time has passed since the send. Replaces {@link #at}. */
  public Outgoing<T> after(Duration delay) {
    return with(
        new Spec(
            spec.id,
            spec.key,
            Optional.of(delay),
            Optional.empty(),
            spec.deadline,
            spec.inheritsDeadline,
            spec.priority,
            spec.headers));
  }

  /** Is not due before this time. Replaces {@link #after}. */
  public Outgoing<T> at(Instant dueAt) {
    return with(
        new Spec(
            spec.id,
            spec.key,
            Optional.empty(),
            Optional.of(dueAt),
            spec.deadline,
            spec.inheritsDeadline,
            spec.priority,
            spec.headers));
  }

  /**
   * Is worthless from this time on: it then dies as {@code expired} instead of being tried. A
   * message sent by a handler is worthless from the handler's own deadline on, too, if that is
   * earlier and not {@link #withoutDeadline} is said.
   */
  public Outgoing<T> deadline(Instant deadline) {
    return with(
        new Spec(
            spec.id,
            spec.key,
            spec.delay,
            spec.dueAt,
            Optional.of(deadline),
            spec.inheritsDeadline,
            spec.priority,
            spec.headers));
  }

  /**
   * Has no deadline, nor inherits one from the message in whose handler it is sent: for what is to
   * be done though nobody waits for it any more. A {@link #deadline} given afterwards is its own
   * and stands alone.
   */
  public Outgoing<T> withoutDeadline() {
    return with(
        new Spec(
            spec.id,
            spec.key,
            spec.delay,
            spec.dueAt,
            Optional.empty(),
            false,
            spec.priority,
            spec.headers));
  }

  /**
   * Is more urgent, or less, than others that a worker has in hand with it: 0 to 9, 9 before 0, and
   * 4 if nothing is said. {@link Choice} says what a worker makes of it.
   */
  public Outgoing<T> priority(int priority) {
    return with(
        new Spec(
            spec.id,
            spec.key,
            spec.delay,
            spec.dueAt,
            spec.deadline,
            spec.inheritsDeadline,
            OptionalInt.of(priority),
            spec.headers));
  }

  /** Adds a header, or replaces it. Names that begin with {@code redrive-} are Redrive's own. */
  public Outgoing<T> header(String name, String value) {
    Map<String, String> headers = new LinkedHashMap<>(spec.headers);
    headers.put(name, value);
    return with(
        new Spec(
            spec.id,
            spec.key,
            spec.delay,
            spec.dueAt,
            spec.deadline,
            spec.inheritsDeadline,
            spec.priority,
            Map.copyOf(headers)));
  }

  /** Adds headers, or replaces them. */
  public Outgoing<T> headers(Map<String, String> added) {
    Map<String, String> headers = new LinkedHashMap<>(spec.headers);
    headers.putAll(added);
    return with(
        new Spec(
            spec.id,
            spec.key,
            spec.delay,
            spec.dueAt,
            spec.deadline,
            spec.inheritsDeadline,
            spec.priority,
            Map.copyOf(headers)));
  }

  private Outgoing<T> with(Spec changed) {
    return new Outgoing<>(payload, changed);
  }

  /** The payload. */
  public T payload() {
    return payload;
  }

  /** The sender's id, if one was given. */
  public Optional<String> id() {
    return spec.id;
  }

  /** The key, if one was given. */
  public Optional<String> key() {
    return spec.key;
  }

  /** How long after the send it is due, if that was asked. */
  public Optional<Duration> delay() {
    return spec.delay;
  }

  /** When it is due, if that was asked. */
  public Optional<Instant> dueAt() {
    return spec.dueAt;
  }

  /** When it becomes worthless, if ever. */
  public Optional<Instant> deadline() {
    return spec.deadline;
  }

  /** Whether an earlier deadline of the message in whose handler it is sent holds for it, too. */
  public boolean inheritsDeadline() {
    return spec.inheritsDeadline;
  }

  /** How urgent it is, if that was said. */
  public OptionalInt priority() {
    return spec.priority;
  }

  /** The sender's headers. */
  public Map<String, String> headers() {
    return spec.headers;
  }
}
