// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** How a transport is doing. */
public enum TransportState {
  /** It takes and hands over messages. */
  UP,
  /** It is cut off and trying to come back; what is sent meanwhile waits or fails. */
  DOWN,
  /** It is there but takes nothing: the broker's alarm, a full disk. */
  BLOCKED,
  /** It stopped for good, because going on could break a promise; the process must be restarted. */
  FENCED
}
