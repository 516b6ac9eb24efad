// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;

/**
 * An attempt that a message would get if all before it failed.
 *
 * @param attempt its number, from 2
 * @param earliest the shortest possible delay after the attempt before
 * @param latest the longest possible delay after the attempt before
 * @param cumulativeEarliest the shortest possible time since the first failure; the attempts
 *     themselves are taken to last no time
 * @param cumulativeLatest the longest possible time since the first failure
 */
public record Step(
    int attempt,
    Duration earliest,
    Duration latest,
    Duration cumulativeEarliest,
    Duration cumulativeLatest) {

  /** {@code attempt 3 after 0s to 2s, 0s to 3s since the first failure}. */
  @Override
  public String toString() {
    return "attempt %d after %s, %s since the first failure"
        .formatted(
            attempt,
            new DelayWindow(earliest, latest),
            new DelayWindow(cumulativeEarliest, cumulativeLatest));
  }
}
