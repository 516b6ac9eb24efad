// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** What became of a settlement. */
public enum Settled {
  /** It holds, durably. */
  DONE,
  /** The lease was lost before: somebody else has the message, and nothing was changed. */
  STALE,
  /** The connection broke before an answer came; the message comes again unless it was settled. */
  UNKNOWN
}
