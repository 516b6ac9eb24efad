// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * How far a queue has been read, and why nothing slips behind it.
 *
 * <p>A queue's messages stand in the order (due time, sequence number). Reading always from the
 * first would walk over every deletion since the last compaction, ten thousand times slower than
 * reading on from where the last reading ended. That place is {@code next}, and all hangs on this
 * invariant:
 *
 * <blockquote>
 *
 * Every message before {@code next} is in memory, waits in its key's line, or is gone.
 *
 * </blockquote>
 *
 * Two threads could break it: the one that commits, by putting a message before {@code next}, and
 * the one that reads, by moving {@code next} past a message that is about to be put. So:
 *
 * <ul>
 *   <li>Whatever is put gets a fresh sequence number, be it new, retried, deferred or replayed, and
 *       a due time no earlier than the batch's {@linkplain #stamp stamp} = max(now, next.time).
 *       With a sequence number larger than all before, it stands at or after {@code next}.
 *   <li>While a batch is being written, its first possible place is a barrier for the reader.
 *       Otherwise the reader's bound is (now, the sequence number to come).
 *   <li>A batch that begins during a reading may have an earlier stamp than the reading's bound, if
 *       the clock stepped back between them. Then the reading moves {@code next} no further than
 *       the stamp, nor past a place that {@code next} was moved back to meanwhile.
 * </ul>
 *
 * No time passes between a commit and its being read, so this works on a clock that stands still.
 *
 * <p>When the clock steps back by more than {@value #STEP_MILLIS_MAX} ms, {@code next} follows it,
 * for the invariant holds for each smaller {@code next} as well. Smaller steps only delay what is
 * new by as much.
 *
 * <p>Not thread-safe: guarded by its queue's lock.
 */
final class Frontier {
  static final long STEP_MILLIS_MAX = 1_000;

  private static final Place NONE = new Place(Long.MAX_VALUE, Long.MAX_VALUE);

  private Place next;
  private Place barrier = NONE;
  private Place limit = NONE;

  Frontier(Place low) {
    next = low;
  }

  Place next() {
    return next;
  }

  /** True if the clock stepped back so far that {@link #moveBack} is due. */
  boolean isAheadOf(long now) {
    return next.time() - STEP_MILLIS_MAX > now;
  }

  /** Reads again from this place, if it is before the present one. */
  void moveBack(Place place) {
    next = Place.min(next, place);
    limit = Place.min(limit, place);
  }

  /** Begins a batch: the earliest due time that may be given to what it puts. */
  long stamp(long now, long firstSeq) {
    long time = Math.max(now, next.time());
    barrier = new Place(time, firstSeq);
    limit = Place.min(limit, barrier);
    return time;
  }

  /** The batch can be read now. */
  void committed() {
    barrier = NONE;
  }

  /** Where a reading that begins now must stop. At or before {@link #next}: there is nothing. */
  Place bound(long now, long seqToCome) {
    return Place.min(barrier, new Place(now, seqToCome));
  }

  /** Begins a reading. */
  void read() {
    limit = NONE;
  }

  /** Everything before this place was read. Returns the new {@link #next}. */
  Place advance(Place place) {
    Place reached = Place.min(place, limit);
    if (next.isBefore(reached)) {
      next = reached;
    }
    return next;
  }
}
