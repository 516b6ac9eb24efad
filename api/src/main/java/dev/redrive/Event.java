// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.gate.Breaker;
import dev.redrive.retry.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Something that happened to a message or a queue. */
public sealed interface Event {

  /** The queue it happened in. */
  String queue();

  /** When it happened. */
  Instant at();

  /** A message became durable. */
  record Sent(String queue, Instant at, String id, boolean isDuplicate) implements Event {}

  /**
   * An attempt began.
   *
   * @param lateness how long after its due time
   */
  record Started(String queue, Instant at, String id, int attempt, Duration lateness)
      implements Event {}

  /** An attempt succeeded, and the message is done. */
  record Succeeded(String queue, Instant at, String id, int attempt, Duration took)
      implements Event {}

  /** An attempt failed, and another one follows. */
  record Retried(
      String queue, Instant at, String id, int attempt, Duration took, Instant dueAt, String cause)
      implements Event {}

  /** A message was put off without an attempt, or was handed back by one that does not count. */
  record Deferred(String queue, Instant at, String id, Instant dueAt, String cause)
      implements Event {}

  /**
   * A message's key was done before: it is acknowledged without an attempt.
   *
   * @param key what it was recognised by, see {@link IdempotencyKey}
   * @param result what was kept when it was done; must not be changed
   */
  record Recognised(String queue, Instant at, String id, String key, byte[] result)
      implements Event {}

  /** A message went to the dead letters. */
  record Died(String queue, Instant at, String id, int attempt, Reason reason, String cause)
      implements Event {}

  /** A message was taken back. */
  record Cancelled(String queue, Instant at, String id) implements Event {}

  /** Dead letters were sent back to their queue. */
  record Replayed(String queue, Instant at, int count) implements Event {}

  /** Dead letters were deleted. */
  record Purged(String queue, Instant at, int count) implements Event {}

  /**
   * The queue starts nothing more until it is resumed.
   *
   * @param until when it goes on by itself; empty if somebody must resume it
   */
  record Paused(String queue, Instant at, String reason, Optional<Instant> until)
      implements Event {}

  /** The queue goes on. */
  record Resumed(String queue, Instant at) implements Event {}

  /**
   * The breaker of a dependency of the queue changed. Each queue that names the dependency is told.
   *
   * @param state what it is now
   * @param cause why, for people
   */
  record DependencyChanged(
      String queue, Instant at, String dependency, Breaker.State state, String cause)
      implements Event {}
}
