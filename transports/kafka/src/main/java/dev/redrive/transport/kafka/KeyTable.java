// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The offset of the last record of each key, in 24 bytes a slot however long the keys are. Keys are
 * told apart by 128 bits of their SHA-256. Not thread-safe.
 */
final class KeyTable {
  /** There is no such key. */
  static final long NONE = -1;

  private static final int WORDS = 3;
  private static final int SLOTS_MIN = 1 << 10;

  private final MessageDigest digest = sha256();
  // Open addressing; a slot is two words of the digest, and the offset plus one, or zero if free.
  private long[] slots = new long[WORDS * SLOTS_MIN];
  private int size;

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  int size() {
    return size;
  }

  /** True if it is to {@link #grow} before it takes a further key. */
  boolean isFull() {
    // Fuller ones are searched for long.
    return size * 3 >= slotCount() * 2;
  }

  long bytes() {
    return (long) slots.length * Long.BYTES;
  }

  private int slotCount() {
    return slots.length / WORDS;
  }

  /** Doubles it. */
  void grow() {
    long[] old = slots;
    slots = new long[Math.multiplyExact(old.length, 2)];
    for (int i = 0; i < old.length; i += WORDS) {
      if (old[i + 2] != 0) {
        System.arraycopy(old, i, slots, slot(old[i], old[i + 1]), WORDS);
      }
    }
  }

  /** The slot that has this digest, or the free one that is to have it. */
  private int slot(long high, long low) {
    int i = home(low);
    while (slots[i + 2] != 0 && (slots[i] != high || slots[i + 1] != low)) {
      i = next(i);
    }
    return i;
  }

  private int home(long low) {
    // The count is a power of two, and a digest has good bits everywhere.
    return WORDS * (int) (low & (slotCount() - 1));
  }

  private int next(int slot) {
    return slot + WORDS == slots.length ? 0 : slot + WORDS;
  }

  private int slot(byte[] key) {
    ByteBuffer words = ByteBuffer.wrap(digest.digest(key));
    long high = words.getLong();
    long low = words.getLong();
    int slot = slot(high, low);
    if (slots[slot + 2] == 0) {
      slots[slot] = high;
      slots[slot + 1] = low;
    }
    return slot;
  }

  long get(byte[] key) {
    return slots[slot(key) + 2] - 1;
  }

  /** The offset that it had before, or {@link #NONE}. */
  long put(byte[] key, long offset) {
    int slot = slot(key);
    long before = slots[slot + 2] - 1;
    if (before == NONE) {
      size++;
    }
    slots[slot + 2] = offset + 1;
    return before;
  }

  /** The offset that it had, or {@link #NONE}. */
  long remove(byte[] key) {
    int free = slot(key);
    long before = slots[free + 2] - 1;
    if (before == NONE) {
      return NONE;
    }
    size--;
    slots[free + 2] = 0;
    // What lies behind a free slot is not found from before it, so that it moves up.
    for (int i = next(free); slots[i + 2] != 0; i = next(i)) {
      int home = home(slots[i + 1]);
      boolean isReached = free < i ? free < home && home <= i : free < home || home <= i;
      if (!isReached) {
        System.arraycopy(slots, i, slots, free, WORDS);
        slots[i + 2] = 0;
        free = i;
      }
    }
    return before;
  }
}
