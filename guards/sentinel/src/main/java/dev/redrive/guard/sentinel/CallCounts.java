// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

/** How many calls ended, and how. Guarded by the lock of the breaker that counts. */
final class CallCounts {
  private int calls;
  private int failures;
  private int slow;

  void add(boolean isFailure, boolean isSlow) {
    calls++;
    failures += isFailure ? 1 : 0;
    slow += isSlow ? 1 : 0;
  }

  void add(CallCounts other) {
    calls += other.calls;
    failures += other.failures;
    slow += other.slow;
  }

  void clear() {
    calls = 0;
    failures = 0;
    slow = 0;
  }

  int calls() {
    return calls;
  }

  int failures() {
    return failures;
  }

  int slow() {
    return slow;
  }
}
