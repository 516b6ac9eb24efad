// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.MessageState;

/**
 * How a message ended that is not kept: remembered for its queue's window, to recognise its id when
 * it is sent again and to answer those who ask for it.
 *
 * @param state succeeded or cancelled
 * @param at when, in milliseconds
 * @param attempts attempts that count
 * @param firstSeen when it was sent, in milliseconds
 * @param history its transitions before the last, as a header; empty if it had none
 */
record EndRecord(MessageState state, long at, int attempts, long firstSeen, String history) {
  private static final int VERSION = 1;
  private static final int SUCCEEDED = 1;
  private static final int CANCELLED = 2;

  byte[] encode(byte[] key) {
    BinaryWriter out = Frame.begin(VERSION, 28 + history.length());
    out.u8(state == MessageState.SUCCEEDED ? SUCCEEDED : CANCELLED);
    out.u64(at).number(attempts).u64(firstSeen).text(history);
    return Frame.end(out, key);
  }

  static EndRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    int state = in.u8();
    if (state != SUCCEEDED && state != CANCELLED) {
      throw new CorruptRecordException("a message that ended as " + state);
    }
    EndRecord end =
        new EndRecord(
            state == SUCCEEDED ? MessageState.SUCCEEDED : MessageState.CANCELLED,
            in.u64(),
            in.count(),
            in.u64(),
            in.text());
    in.finish();
    return end;
  }
}
