// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.support;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of one message of Protocol Buffers, by their numbers: as much as spans need. */
final class ProtoFields {
  private final Map<Integer, List<byte[]>> bytes = new LinkedHashMap<>();
  private final Map<Integer, Long> numbers = new LinkedHashMap<>();

  static ProtoFields of(byte[] message) {
    ProtoFields fields = new ProtoFields();
    ByteBuffer in = ByteBuffer.wrap(message);
    while (in.hasRemaining()) {
      long tag = varint(in);
      fields.read((int) (tag >>> 3), (int) (tag & 7), in);
    }
    return fields;
  }

  private void read(int number, int type, ByteBuffer in) {
    switch (type) {
      case 0 -> numbers.put(number, varint(in));
      case 1 -> in.getLong();
      case 2 -> {
        byte[] value = new byte[(int) varint(in)];
        in.get(value);
        bytes.computeIfAbsent(number, none -> new ArrayList<>()).add(value);
      }
      case 5 -> in.getInt();
      default -> throw new IllegalArgumentException("no such type of field: " + type);
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte each = in.get();
      value |= (long) (each & 0x7f) << shift;
      if (each >= 0) {
        return value;
      }
    }
  }

  List<ProtoFields> all(int number) {
    return bytes.getOrDefault(number, List.of()).stream().map(ProtoFields::of).toList();
  }

  byte[] bytes(int number) {
    List<byte[]> all = bytes.getOrDefault(number, List.of());
    return all.isEmpty() ? new byte[0] : all.get(0);
  }

  String text(int number) {
    return new String(bytes(number), StandardCharsets.UTF_8);
  }

  long number(int number) {
    return numbers.getOrDefault(number, 0L);
  }
}
