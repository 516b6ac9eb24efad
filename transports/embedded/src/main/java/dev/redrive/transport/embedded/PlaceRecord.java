// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * A place that is noted down.
 *
 * <p>In {@link Family#META}, a queue's low-water mark: no message stands before it, so nothing is
 * searched there, where millions of deletions lie that a search would have to walk over.
 *
 * <p>In {@link Family#KEYS}, where a message of a line stands: in the queue, or among the dead, for
 * it stays in line until a person replays or purges it.
 *
 * @param place the place
 */
record PlaceRecord(Place place) {
  private static final int VERSION = 1;

  byte[] encode(byte[] key) {
    return Frame.end(Frame.begin(VERSION, 16).u64(place.time()).u64(place.seq()), key);
  }

  static PlaceRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    PlaceRecord record = new PlaceRecord(new Place(in.u64(), in.u64()));
    in.finish();
    return record;
  }
}
