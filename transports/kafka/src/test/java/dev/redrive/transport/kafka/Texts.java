// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32C;

/** Writes metadata as {@code docs/spec/wire.md} says, by no code of the transport. */
final class Texts {
  private static final int HEAD_BYTES = Integer.BYTES + Long.BYTES;

  private Texts() {}

  /** Any bytes in place of the runs, under a checksum that is right. */
  static String sealed(long offset, long owner, byte... runs) {
    CRC32C sum = new CRC32C();
    sum.update(ByteBuffer.allocate(Long.BYTES).putLong(offset).array());
    sum.update(ByteBuffer.allocate(Long.BYTES).putLong(owner).array());
    sum.update(runs);
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + runs.length);
    bytes.putInt((int) sum.getValue()).putLong(owner).put(runs);
    return "redrive-1:" + Base64.getEncoder().withoutPadding().encodeToString(bytes.array());
  }
}
