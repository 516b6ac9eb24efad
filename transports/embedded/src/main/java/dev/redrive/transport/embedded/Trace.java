// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the store knows of a message besides its own record, when that is damaged. Found by search,
 * which takes long, but damage is rare.
 *
 * @param id its id, if a sound pointer leads to it
 * @param key its key, if it stands in a line
 * @param line its place in that line; 0 if it is in none
 */
record Trace(Optional<String> id, Optional<String> key, long line) {

  /**
   * Searches for the message that stands at this place.
   *
   * @param pointers where its id would be: {@link Family#IDS} or {@link Family#DEAD_IDS}
   */
  static Trace of(Store store, QueueState queue, Family pointers, Place place) {
    Optional<byte[]> id =
        find(
            store,
            queue,
            pointers,
            cursor -> PointerRecord.decode(cursor.key(), cursor.value()).place().equals(place));
    Optional<byte[]> line =
        find(
            store,
            queue,
            Family.KEYS,
            cursor -> PlaceRecord.decode(cursor.key(), cursor.value()).place().equals(place));
    return new Trace(id.map(Keys::id), line.map(Keys::orderedKey), line.map(Keys::seq).orElse(0L));
  }

  private static Optional<byte[]> find(
      Store store, QueueState queue, Family family, Predicate<Cursor> isWanted) {
    try (Cursor cursor =
        store.scan(family, Keys.start(queue.number()), Keys.start(queue.number() + 1))) {
      for (; cursor.isValid(); cursor.next()) {
        if (isSoundAnd(isWanted, cursor)) {
          return Optional.of(cursor.key());
        }
      }
      return Optional.empty();
    }
  }

  private static boolean isSoundAnd(Predicate<Cursor> isWanted, Cursor cursor) {
    try {
      return isWanted.test(cursor);
    } catch (CorruptRecordException damagedToo) {
      return false;
    }
  }
}
