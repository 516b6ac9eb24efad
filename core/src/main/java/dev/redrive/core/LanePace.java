// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many lanes are worth their threads. To wake a thread costs more than a job that waits for
 * nothing; so while jobs prove to be brief, more lanes than processors do not get them done sooner.
 */
final class LanePace {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  // Some times of what it costs to wake a thread.
  private static final long BRIEF_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  // By the last lane's word. Not a promise: the next job may take for ever.
  private volatile boolean isBrief;
  // What waited first when it was last looked at; used by one thread at a time.
  private @Nullable Object seenFirst;

  /** True if so many lanes are enough for any number of jobs, as far as is known. */
  boolean isEnough(int lanes) {
    return isBrief && lanes >= PROCESSORS;
  }

  /** A lane has ended, which did so many jobs, one after another, in this time. */
  void did(int jobs, long nanos) {
    if (jobs > 0) {
      isBrief = nanos <= jobs * BRIEF_NANOS;
    }
  }

  /** It cannot be looked at whether lanes are stuck. */
  void doubt() {
    isBrief = false;
  }

  /** Looked at from time to time: when the same job is still the first, the lanes are stuck. */
  void waitsFirst(@Nullable Object job) {
    if (job != null && job == seenFirst) {
      isBrief = false;
    }
    seenFirst = job;
  }
}
