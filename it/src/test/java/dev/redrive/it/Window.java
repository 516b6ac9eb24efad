// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Instant;

/**
 * The time of one fault, from before it struck until nothing was broken any more.
 *
 * @param fault what it was
 * @param from its beginning
 * @param to its end
 * @param reach what it touched
 */
record Window(String fault, Instant from, Instant to, Reach reach) {
  /** Whether something that lasted this long did so at some time of the window. */
  boolean meets(Instant begin, Instant end) {
    return begin.isBefore(to) && end.isAfter(from);
  }
}
