// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** Bytes as they are. */
enum BytesCodec implements Codec<byte[]> {
  INSTANCE;

  @Override
  public byte[] encode(byte[] payload) {
    return payload;
  }

  @Override
  public byte[] decode(byte[] bytes) {
    return bytes;
  }
}
