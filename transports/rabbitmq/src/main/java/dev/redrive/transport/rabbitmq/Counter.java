// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.spi.WireHeaders;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The header in which a message says how many attempts it has had. Within this transport that is
 * Redrive's own; on the way in and out another program's may stand for it, as a number of whatever
 * type that program wrote.
 *
 * @param header its name
 */
record Counter(String header) {
  /** Redrive's own. */
  static final Counter OWN = new Counter(WireHeaders.ATTEMPT);

  private boolean isOwn() {
    return equals(OWN);
  }

  /**
   * The headers of a message that arrived: the other program's count goes before Redrive's, and is
   * no header of the sender.
   */
  Map<String, Object> read(@Nullable Map<String, Object> arrived) {
    Map<String, Object> read = Objects.requireNonNullElse(arrived, Map.of());
    int count = isOwn() ? -1 : Headers.number(read, header, -1);
    if (count < 0) {
      return read;
    }
    Map<String, Object> headers = new LinkedHashMap<>(read);
    headers.put(WireHeaders.ATTEMPT, Integer.toString(count));
    headers.put(Wire.COUNT, headers.remove(header));
    return headers;
  }

  /** The headers of a message that other programs may get. */
  Map<String, Object> write(Map<String, Object> headers) {
    if (isOwn()) {
      return headers;
    }
    Map<String, Object> written = new LinkedHashMap<>(headers);
    Object former = written.remove(Wire.COUNT);
    written.remove(WireHeaders.ATTEMPT);
    int count = Headers.number(headers, WireHeaders.ATTEMPT, 0);
    if (count > 0 || former != null) {
      written.put(header, alike(former, count));
    }
    return written;
  }

  /** The headers without the other program's count, as of a message that begins anew. */
  Map<String, Object> without(Map<String, Object> headers) {
    if (isOwn()) {
      return headers;
    }
    Map<String, Object> without = new LinkedHashMap<>(headers);
    without.remove(Wire.COUNT);
    return without;
  }

  // Clients with static types read a header as the type that they wrote.
  private static Object alike(@Nullable Object former, int count) {
    if (former instanceof Long) {
      return (long) count;
    }
    if (former instanceof Short && count <= Short.MAX_VALUE) {
      return (short) count;
    }
    if (former instanceof Byte && count <= Byte.MAX_VALUE) {
      return (byte) count;
    }
    return former == null || former instanceof Number ? count : Integer.toString(count);
  }
}
