// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.nio.charset.StandardCharsets;

/** The column families of the store; {@link Keys} says what their keys are. */
enum Family {
  /** The store's own notes. */
  META("default", 1),
  /** Messages that are alive, in the order in which they are due. */
  QUEUE("queue", 32),
  /** Where the message of an id stands. */
  IDS("ids", 16),
  /** How messages ended, in buckets of time. */
  ENDS("ends", 16),
  /** Attempts that have begun. */
  RUNNING("running", 4),
  /** The line of each key, in ordered queues. */
  KEYS("keys", 8),
  /** Dead letters, by when they died. */
  DEAD("dead", 8),
  /** Where the dead letter of an id stands. */
  DEAD_IDS("dead-ids", 4),
  /** Damaged records, kept for a person: the key is the family's name, a zero, and the old key. */
  QUARANTINE("quarantine", 1),
  /** What is held and what was done, by idempotency key. */
  IDEMPOTENCY("idempotency", 16),
  /** When each of these is forgotten. */
  IDEMPOTENCY_ENDS("idempotency-ends", 4);

  private final String title;
  private final long bufferBytes;

  Family(String title, int bufferMegabytes) {
    this.title = title;
    this.bufferBytes = bufferMegabytes * 1024L * 1024L;
  }

  byte[] title() {
    return title.getBytes(StandardCharsets.UTF_8);
  }

  /** What it may hold in memory before it is written to a file of its own. */
  long bufferBytes() {
    return bufferBytes;
  }
}
