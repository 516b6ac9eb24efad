// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The keys of the store. Numbers are unsigned and big-endian, so that keys sort as numbers do.
 *
 * <pre>
 * queue       queue u32 | due u64 ms | seq u64
 * ids         queue u32 | id
 * ends        queue u32 | bucket u64 ms | id
 * running     queue u32 | seq u64
 * keys        queue u32 | length u16 | key | seq u64
 * dead        queue u32 | died u64 ms | seq u64
 * dead-ids    queue u32 | id
 * idempotency       key
 * idempotency-ends  end u64 ms | key
 * </pre>
 */
final class Keys {
  private static final int QUEUE_BYTES = 4;
  private static final int END_BYTES = 8;
  private static final int PLACE_BYTES = QUEUE_BYTES + 16;

  private Keys() {}

  /** Key of the families queue and dead. */
  static byte[] place(int queue, Place place) {
    return ByteBuffer.allocate(PLACE_BYTES)
        .putInt(queue)
        .putLong(place.time())
        .putLong(place.seq())
        .array();
  }

  static Place place(byte[] key) {
    if (key.length != PLACE_BYTES) {
      throw new CorruptRecordException("a key of " + key.length + " bytes");
    }
    ByteBuffer buffer = ByteBuffer.wrap(key);
    return new Place(buffer.getLong(QUEUE_BYTES), buffer.getLong(QUEUE_BYTES + 8));
  }

  /** The queue that a key of the families above that begin with one belongs to. */
  static int queue(byte[] key) {
    if (key.length < QUEUE_BYTES) {
      throw new CorruptRecordException("a key of " + key.length + " bytes");
    }
    return ByteBuffer.wrap(key).getInt();
  }

  /** The first key of a queue in any family; of queue + 1, the end of that queue. */
  static byte[] start(int queue) {
    return ByteBuffer.allocate(QUEUE_BYTES).putInt(queue).array();
  }

  /** Key of the families ids and dead-ids. */
  static byte[] id(int queue, String id) {
    byte[] text = id.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(QUEUE_BYTES + text.length).putInt(queue).put(text).array();
  }

  static String id(byte[] idKey) {
    return new String(idKey, QUEUE_BYTES, idKey.length - QUEUE_BYTES, StandardCharsets.UTF_8);
  }

  static byte[] end(int queue, long bucket, String id) {
    byte[] text = id.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(QUEUE_BYTES + 8 + text.length)
        .putInt(queue)
        .putLong(bucket)
        .put(text)
        .array();
  }

  /** Where a bucket of ends begins; of bucket + 1, where it ends. */
  static byte[] bucket(int queue, long bucket) {
    return ByteBuffer.allocate(QUEUE_BYTES + 8).putInt(queue).putLong(bucket).array();
  }

  static long bucket(byte[] endKey) {
    if (endKey.length < QUEUE_BYTES + 8) {
      throw new CorruptRecordException("a key of " + endKey.length + " bytes");
    }
    return ByteBuffer.wrap(endKey).getLong(QUEUE_BYTES);
  }

  static byte[] running(int queue, long seq) {
    return ByteBuffer.allocate(QUEUE_BYTES + 8).putInt(queue).putLong(seq).array();
  }

  /** The sequence number at the end of a key of the families running and keys. */
  static long seq(byte[] key) {
    if (key.length < QUEUE_BYTES + 8) {
      throw new CorruptRecordException("a key of " + key.length + " bytes");
    }
    return ByteBuffer.wrap(key).getLong(key.length - 8);
  }

  /** Key of the family keys. The length keeps one key's messages apart from those of its prefix. */
  static byte[] ordered(int queue, String key, long seq) {
    byte[] text = key.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(QUEUE_BYTES + 2 + text.length + 8)
        .putInt(queue)
        .putShort((short) text.length)
        .put(text)
        .putLong(seq)
        .array();
  }

  static String orderedKey(byte[] key) {
    int start = QUEUE_BYTES + 2;
    return new String(key, start, key.length - start - 8, StandardCharsets.UTF_8);
  }

  static byte[] meta(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] idempotency(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  /** With an empty key, where the ends at this time begin. */
  static byte[] idempotencyEnd(long end, String key) {
    byte[] text = key.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(END_BYTES + text.length).putLong(end).put(text).array();
  }

  static long idempotencyEnd(byte[] endKey) {
    if (endKey.length < END_BYTES) {
      throw new CorruptRecordException("a key of " + endKey.length + " bytes");
    }
    return ByteBuffer.wrap(endKey).getLong();
  }

  static String idempotencyOfEnd(byte[] endKey) {
    return new String(endKey, END_BYTES, endKey.length - END_BYTES, StandardCharsets.UTF_8);
  }
}
