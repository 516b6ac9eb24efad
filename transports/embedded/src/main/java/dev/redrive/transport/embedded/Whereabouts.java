// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.List;
import java.util.Optional;

/** Where the message of an id is. */
sealed interface Whereabouts {

  /** In its queue. */
  record Alive(PointerRecord pointer) implements Whereabouts {}

  /** Among the dead letters. */
  record Dead(PointerRecord pointer) implements Whereabouts {}

  /** It ended, within the queue's window. */
  record Ended(EndRecord end) implements Whereabouts {}

  /** Looks an id up. Empty if it is not known, or ended before the queue's window. */
  static Optional<Whereabouts> of(View view, QueueState queue, String id, long now) {
    byte[] key = Keys.id(queue.number(), id);
    Optional<byte[]> alive = view.get(Family.IDS, key);
    if (alive.isPresent()) {
      return Optional.of(new Alive(PointerRecord.decode(key, alive.get())));
    }
    Optional<byte[]> dead = view.get(Family.DEAD_IDS, key);
    if (dead.isPresent()) {
      return Optional.of(new Dead(PointerRecord.decode(key, dead.get())));
    }
    // The newest first: after a purge, an id may have been used again.
    List<Long> buckets = queue.ends().starts();
    for (int i = buckets.size() - 1; i >= 0; i--) {
      byte[] endKey = Keys.end(queue.number(), buckets.get(i), id);
      Optional<byte[]> ended = view.get(Family.ENDS, endKey);
      if (ended.isPresent()) {
        EndRecord end = EndRecord.decode(endKey, ended.get());
        boolean isRemembered = end.at() + queue.ends().window() >= now;
        return isRemembered ? Optional.of(new Ended(end)) : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
