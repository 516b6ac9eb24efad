// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

/** Rules of the contract about one topic. */
interface Chapter {

  /** The harness of the test that runs. */
  TransportHarness harness();
}
