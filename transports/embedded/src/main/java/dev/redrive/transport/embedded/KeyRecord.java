// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * What is known of an idempotency key.
 *
 * @param owner who holds it, or did it
 * @param isDone whether it is done
 * @param end when it is forgotten, in milliseconds
 * @param result what was kept of it; empty while it is held
 */
record KeyRecord(String owner, boolean isDone, long end, byte[] result) {
  private static final int VERSION = 1;
  private static final int HELD = 1;
  private static final int DONE = 2;
  private static final byte[] NO_RESULT = {};

  static KeyRecord held(String owner, long end) {
    return new KeyRecord(owner, false, end, NO_RESULT);
  }

  boolean isHeldBy(String candidate) {
    return !isDone && owner.equals(candidate);
  }

  byte[] encode(byte[] key) {
    BinaryWriter out = Frame.begin(VERSION, 40 + result.length);
    out.u8(isDone ? DONE : HELD).text(owner).u64(end).block(result);
    return Frame.end(out, key);
  }

  static KeyRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    int state = in.u8();
    if (state != HELD && state != DONE) {
      throw new CorruptRecordException("an idempotency key that is " + state);
    }
    KeyRecord record = new KeyRecord(in.text(), state == DONE, in.u64(), in.block());
    in.finish();
    return record;
  }
}
