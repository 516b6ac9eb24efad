// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

/** One of two ways to do the same work. */
@FunctionalInterface
interface Side {

  /** Does the work once and tells how many operations a second that was. */
  double run() throws Exception;
}
