// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * A queue's low-water mark. No message stands before it, so nothing is searched there: that is
 * where millions of deletions lie that a search would have to walk over.
 *
 * @param place the mark
 */
record LowRecord(Place place) {
  private static final int VERSION = 1;

  byte[] encode(byte[] key) {
    return Frame.end(Frame.begin(VERSION, 16).u64(place.time()).u64(place.seq()), key);
  }

  static LowRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    LowRecord low = new LowRecord(new Place(in.u64(), in.u64()));
    in.finish();
    return low;
  }
}
