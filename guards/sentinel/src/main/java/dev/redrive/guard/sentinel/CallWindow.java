// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import com.alibaba.csp.sentinel.slots.statistic.base.LeapArray;
import com.alibaba.csp.sentinel.slots.statistic.base.WindowWrap;
import java.time.Duration;

/**
 * Sentinel's sliding window over the calls of an interval. It is only ever asked for a time that it
 * is given: without one it would read the clock of the machine.
 */
final class CallWindow extends LeapArray<CallCounts> {
  /** Of the interval; a call is forgotten when its part is, up to a tenth too early. */
  static final int PARTS = 10;

  CallWindow(Duration interval) {
    super(PARTS, Math.toIntExact(interval.toMillis()));
  }

  @Override
  public CallCounts newEmptyBucket(long timeMillis) {
    return new CallCounts();
  }

  @Override
  protected WindowWrap<CallCounts> resetWindowTo(WindowWrap<CallCounts> part, long startMillis) {
    part.resetTo(startMillis);
    part.value().clear();
    return part;
  }

  CallCounts at(long millis) {
    return currentWindow(millis).value();
  }

  CallCounts sum(long millis) {
    CallCounts sum = new CallCounts();
    values(millis).forEach(sum::add);
    return sum;
  }
}
