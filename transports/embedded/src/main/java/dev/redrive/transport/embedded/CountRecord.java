// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * How many messages of a queue are where: {@code sent = live + succeeded + cancelled + dead +
 * purged}, after each batch.
 *
 * @param sent accepted since the queue was made
 * @param live waiting or running
 * @param retried of those alive, the ones with attempts behind them
 * @param succeeded processed since the queue was made
 * @param cancelled taken back since the queue was made
 * @param dead among the dead letters now
 * @param purged deleted from the dead letters since the queue was made
 */
record CountRecord(
    long sent, long live, long retried, long succeeded, long cancelled, long dead, long purged) {
  static final CountRecord ZERO = new CountRecord(0, 0, 0, 0, 0, 0, 0);
  private static final int VERSION = 1;

  byte[] encode(byte[] key) {
    BinaryWriter out = Frame.begin(VERSION, 40);
    out.number(sent).number(live).number(retried).number(succeeded);
    out.number(cancelled).number(dead).number(purged);
    return Frame.end(out, key);
  }

  static CountRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    CountRecord counts =
        new CountRecord(
            in.number(),
            in.number(),
            in.number(),
            in.number(),
            in.number(),
            in.number(),
            in.number());
    in.finish();
    return counts;
  }
}
