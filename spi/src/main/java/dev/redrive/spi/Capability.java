// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

/** Something that not every transport can do. */
public enum Capability {
  /** A lost lease is refused at settlement, always. */
  FENCED_LEASE,
  /** Leases can be renewed. */
  RENEW,
  /** An attempt that began is counted after a crash, one that had not is not. */
  ATTEMPT_MARK,
  /** A message sent twice under one id is stored once. */
  DEDUPLICATION,
  /** A message can be found and cancelled by its id. */
  MESSAGE_BY_ID,
  /** A dead letter can be found, replayed and purged by its id without a scan. */
  DEAD_LETTER_BY_ID,
  /** Counts are exact. */
  EXACT_COUNTS,
  /** Order per key is kept through retries and dead letters. */
  ORDERED,
  /** In an ordered queue, the messages of a key can go on behind one that is dead. */
  SUCCESSORS_GO_ON,
  /** A limit on what waits is kept. */
  MAX_WAITING,
  /** A send can join a transaction of the caller. */
  CALLER_TRANSACTION,
  /** Batches that overlap are no slower than one after another, and keep the order they came in. */
  PIPELINED_BATCHES
}
