// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

/**
 * What stands in the table of a key.
 *
 * @param owner who holds it, or has done it
 * @param isDone whether it is done
 * @param leftMicros how long that lasts; perhaps it is over
 * @param result what was kept
 */
record KeyRow(String owner, boolean isDone, long leftMicros, byte[] result) {

  boolean isHeldBy(String candidate) {
    return !isDone && owner.equals(candidate) && leftMicros > 0;
  }

  boolean isDoneBy(String candidate) {
    return isDone && owner.equals(candidate);
  }
}
