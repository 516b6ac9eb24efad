// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.util.List;

/** Ports from the first to the last, both included. */
record PortRange(int first, int last) {
  /** The two of HTTP, and all that need no privilege: no mail, no shell, no directory service. */
  static final List<PortRange> USUAL =
      List.of(new PortRange(80, 80), new PortRange(443, 443), new PortRange(1024, 65_535));

  PortRange {
    if (first < 1 || last > 65_535 || first > last) {
      throw new IllegalArgumentException(
          "ports " + first + " to " + last + " are no range within 1 to 65535");
    }
  }

  boolean contains(int port) {
    return first <= port && port <= last;
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
