// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

/**
 * How many messages may be on their way to the broker unconfirmed. Too few and each waits for
 * another's disk write; too many and the broker's memory is where they wait.
 *
 * <p>The window grows while it is what holds messages back: by one with each confirmation, so it
 * doubles in a round trip. It is halved when the broker refuses one or blocks. Not thread-safe.
 */
final class ConfirmWindow {
  static final int FIRST = 256;
  static final int LEAST = 32;
  static final int MOST = 8_192;

  private int size = FIRST;

  int size() {
    return size;
  }

  /** So many were confirmed; whether others had to wait for that. */
  void confirmed(int count, boolean heldBack) {
    if (heldBack) {
      size = Math.min(MOST, size + count);
    }
  }

  /** The broker has trouble. */
  void shrink() {
    size = Math.max(LEAST, size / 2);
  }
}
