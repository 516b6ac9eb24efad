// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.resilience4j;

import java.time.Duration;

/** When breakers open, for how long, and what closes them. */
record BreakerSettings(
    double failureRate,
    int window,
    int minimumCalls,
    Duration openFor,
    Duration openForMax,
    int canaries) {

  /** How long it stays open when it opens for the so-maniest time in a row, from 1. */
  Duration openFor(int opening) {
    Duration time = openFor;
    for (int i = 1; i < opening && time.compareTo(openForMax) < 0; i++) {
      time = time.multipliedBy(2);
    }
    return time.compareTo(openForMax) < 0 ? time : openForMax;
  }
}
