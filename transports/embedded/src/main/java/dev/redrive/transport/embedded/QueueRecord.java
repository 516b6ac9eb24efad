// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.Successors;
import dev.redrive.spi.QueueSpec;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * A queue: its number in keys, and what was asked of it.
 *
 * @param number its number; never given to another queue
 * @param spec what was asked of it last
 */
record QueueRecord(int number, QueueSpec spec) {
  private static final int VERSION = 1;

  /**
   * Of a queue whose lines go on behind the dead: earlier releases must not take it for another.
   */
  private static final int GOING_ON = 2;

  private static final long NO_LIMIT = -1;

  byte[] encode(byte[] key) {
    BinaryWriter out = Frame.begin(spec.goesOn() ? GOING_ON : VERSION, 40 + spec.name().length());
    out.u32(number).text(spec.name()).u8(spec.isOrdered() ? 1 : 0);
    out.u64(spec.maxWaiting().orElse(NO_LIMIT)).u64(Times.span(spec.dedupWindow()));
    return Frame.end(out, key);
  }

  static QueueRecord decode(byte[] key, byte[] value) {
    boolean goesOn = value.length > 0 && value[0] == GOING_ON;
    BinaryReader in = Frame.open(key, value, goesOn ? GOING_ON : VERSION);
    int number = in.u32();
    String name = in.text();
    boolean isOrdered = in.u8() == 1;
    long maxWaiting = in.u64();
    Duration window = Duration.ofMillis(in.u64());
    in.finish();
    OptionalLong limit =
        maxWaiting == NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(maxWaiting);
    Successors successors = goesOn ? Successors.GO_ON : Successors.WAIT;
    return new QueueRecord(number, new QueueSpec(name, isOrdered, successors, limit, window));
  }
}
