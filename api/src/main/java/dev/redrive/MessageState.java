// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Locale;

/**
 * Where a message is in its life. The last three are final, but for a replay out of {@link #DEAD}.
 */
public enum MessageState {
  /** Waits for its first attempt, which is in the future. */
  SCHEDULED,
  /** Is due and waits for a free worker. */
  READY,
  /** An attempt is under way. */
  RUNNING,
  /** An attempt failed; waits for the next one. */
  RETRYING,
  /** Is due, but nothing of its queue or key may start now. */
  HELD,
  /** Was processed. */
  SUCCEEDED,
  /** Could not be processed and is kept among the dead letters. */
  DEAD,
  /** Was taken back before an attempt succeeded. */
  CANCELLED;

  /** The state's name on the wire and in the API, for example {@code retrying}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** True where no further attempt follows by itself. */
  public boolean isFinal() {
    return this == SUCCEEDED || this == DEAD || this == CANCELLED;
  }
}
