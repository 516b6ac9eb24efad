// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

/** What is known of a key. Equal to itself alone. */
final class Entry {
  /** What a key and its entry take besides their texts, in the map and in the expiry's wheel. */
  private static final int FIXED_BYTES = 200;

  private static final byte[] NO_RESULT = {};

  private final String owner;
  private final boolean isDone;
  private final long end;
  private final byte[] result;

  private Entry(String owner, boolean isDone, long end, byte[] result) {
    this.owner = owner;
    this.isDone = isDone;
    this.end = end;
    this.result = result;
  }

  static Entry held(String owner, long end) {
    return new Entry(owner, false, end, NO_RESULT);
  }

  static Entry done(String owner, long end, byte[] result) {
    return new Entry(owner, true, end, result);
  }

  String owner() {
    return owner;
  }

  boolean isDone() {
    return isDone;
  }

  boolean isHeldBy(String candidate) {
    return !isDone && owner.equals(candidate);
  }

  /** When it is forgotten, by the store's clock. */
  long end() {
    return end;
  }

  byte[] result() {
    return result;
  }

  long bytes(String key) {
    return FIXED_BYTES + 2L * key.length() + result.length;
  }
}
