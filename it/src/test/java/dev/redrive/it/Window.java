// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Instant;

/**
 * The time in which something was cut off: of a connection, from its loss until there was another;
 * of a process, the moment in which it was killed.
 *
 * @param reach what may be doubled by it
 * @param from its beginning
 * @param to its end
 */
record Window(Reach reach, Instant from, Instant to) {
  /** Whether something that lasted this long did so at some time of the window. */
  boolean meets(Instant begin, Instant end) {
    return !begin.isAfter(to) && !end.isBefore(from);
  }
}
