// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The lines of an ordered queue's keys: only the first message of a line may be handed over. Used
 * by the dispatching thread alone.
 */
final class Lines {
  private static final int STARTS_MAX = 10_000;

  private final Store store;
  private final QueueState queue;

  /**
   * Where the lines last used begin; what stood before is gone for good. Without it, each look at a
   * busy key would walk over the deletions of all its messages.
   */
  private final Map<String, Long> starts =
      new LinkedHashMap<>(16, 0.75f) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > STARTS_MAX;
        }
      };

  Lines(Store store, QueueState queue) {
    this.store = store;
    this.queue = queue;
  }

  /** True if no other message must go before the one that stands here. */
  boolean isFirst(Place place, MessageRecord message) {
    if (!queue.isOrdered() || message.key().isEmpty()) {
      return true;
    }
    long line = message.lineAt(place);
    return start(message.key()).map(start -> Keys.seq(start.key()) == line).orElse(true);
  }

  /**
   * The message at the head of a key's line; empty if there is none, or it is dead. Where damage
   * hides it, the whole queue is read again, which finds the message, or buries it.
   */
  Optional<Found> head(String key) {
    Optional<Start> start = start(key);
    if (start.isEmpty()) {
      return Optional.empty();
    }
    try {
      Place place = PlaceRecord.decode(start.get().key(), start.get().value()).place();
      byte[] placeKey = Keys.place(queue.number(), place);
      return store
          .get(Family.QUEUE, placeKey)
          .map(value -> new Found(place, MessageRecord.decode(placeKey, value)));
    } catch (CorruptRecordException e) {
      queue.readAgain();
      return Optional.empty();
    }
  }

  private Optional<Start> start(String key) {
    long known = starts.getOrDefault(key, 0L);
    try (Cursor cursor =
        store.scan(
            Family.KEYS,
            Keys.ordered(queue.number(), key, known),
            Keys.ordered(queue.number(), key, Long.MAX_VALUE))) {
      if (!cursor.isValid()) {
        return Optional.empty();
      }
      starts.put(key, Keys.seq(cursor.key()));
      return Optional.of(new Start(cursor.key(), cursor.value()));
    }
  }

  /** The first record of a line. */
  private record Start(byte[] key, byte[] value) {}
}
