// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which buckets of time a queue's ends stand in. A bucket is forgotten as a whole, with one range
 * deletion, so that remembering ends costs no deletion a message.
 *
 * <p>Buckets are named by their start. The committing thread adds and removes; all may read.
 */
final class EndBuckets {
  /**
   * Buckets in a window: more make looking an id up dearer, fewer remember for longer than asked.
   */
  private static final int BUCKETS = 8;

  private static final long BUCKET_MILLIS_MIN = 1_000;

  private volatile List<Long> starts;
  private volatile long window;

  EndBuckets(List<Long> starts, long window) {
    this.starts = List.copyOf(starts);
    this.window = window;
  }

  /** The buckets there are, oldest first. */
  static List<Long> read(Store store, int queue) {
    List<Long> found = new ArrayList<>();
    try (Cursor cursor = store.scan(Family.ENDS, Keys.start(queue), Keys.start(queue + 1))) {
      while (cursor.isValid()) {
        long bucket = Keys.bucket(cursor.key());
        found.add(bucket);
        cursor.seek(Keys.bucket(queue, bucket + 1));
      }
    }
    return found;
  }

  /** How long an end is remembered, in milliseconds. */
  long window() {
    return window;
  }

  void window(long newWindow) {
    window = newWindow;
  }

  List<Long> starts() {
    return starts;
  }

  /** The bucket for what ends now. */
  long bucket(long now) {
    List<Long> known = starts;
    if (!known.isEmpty()) {
      long newest = known.get(known.size() - 1);
      // After a step back of the clock the newest is still right: it is only kept for longer.
      if (now < newest + bucketMillis()) {
        return newest;
      }
    }
    List<Long> more = new ArrayList<>(known);
    more.add(now);
    starts = List.copyOf(more);
    return now;
  }

  /** The oldest bucket, if all in it ended longer ago than the window. */
  Optional<Long> expired(long now) {
    List<Long> known = starts;
    if (known.isEmpty()) {
      return Optional.empty();
    }
    long end = known.size() > 1 ? known.get(1) : known.get(0) + bucketMillis();
    return end + window < now ? Optional.of(known.get(0)) : Optional.empty();
  }

  void forget(long bucket) {
    List<Long> rest = new ArrayList<>(starts);
    rest.remove(bucket);
    starts = List.copyOf(rest);
  }

  private long bucketMillis() {
    return Math.max(BUCKET_MILLIS_MIN, window / BUCKETS);
  }
}
