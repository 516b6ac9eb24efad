// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * An attempt has begun. Written without waiting for the disk: it need only survive the end of this
 * process, and the attempt that it counts is not begun before it stands.
 *
 * @param due the due time in the message's key
 * @param attempt the attempt's number
 */
record MarkRecord(long due, int attempt) {
  private static final int VERSION = 1;

  byte[] encode(byte[] key) {
    return Frame.end(Frame.begin(VERSION, 12).u64(due).number(attempt), key);
  }

  static MarkRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    MarkRecord mark = new MarkRecord(in.u64(), in.count());
    in.finish();
    return mark;
  }
}
