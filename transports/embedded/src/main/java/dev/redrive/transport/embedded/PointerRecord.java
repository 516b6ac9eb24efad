// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * Where the message, or the dead letter, of an id stands.
 *
 * @param place the place
 * @param attempts attempts that count
 */
record PointerRecord(Place place, int attempts) {
  private static final int VERSION = 1;

  byte[] encode(byte[] key) {
    BinaryWriter out = Frame.begin(VERSION, 20);
    out.u64(place.time()).u64(place.seq()).number(attempts);
    return Frame.end(out, key);
  }

  static PointerRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    PointerRecord pointer = new PointerRecord(new Place(in.u64(), in.u64()), in.count());
    in.finish();
    return pointer;
  }
}
