// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/** One of a fixed set of words that a configuration may use in a place. */
interface Word {

  /** As it is written in the configuration. */
  String word();
}
