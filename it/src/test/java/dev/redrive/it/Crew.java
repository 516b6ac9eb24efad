// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

/** Those who handle the messages of a flow. */
interface Crew extends AutoCloseable {
  /** Whether the counters of the engine are what was seen of it. */
  void verify();

  @Override
  void close();
}
