// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * A message of an ordered queue in the line of its key. It stays in line while it is dead, so that
 * those behind it wait until a person replays or purges it.
 *
 * @param isDead true while it is among the dead letters
 * @param place where it stands in the queue, or among the dead
 */
record OrderRecord(boolean isDead, Place place) {
  private static final int VERSION = 1;

  byte[] encode(byte[] key) {
    BinaryWriter out = Frame.begin(VERSION, 17);
    out.u8(isDead ? 1 : 0).u64(place.time()).u64(place.seq());
    return Frame.end(out, key);
  }

  static OrderRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    OrderRecord order = new OrderRecord(in.u8() == 1, new Place(in.u64(), in.u64()));
    in.finish();
    return order;
  }
}
