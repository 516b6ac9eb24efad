// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Ports of the loopback address that nobody listens on. Each is given away once. Thread-safe. */
final class FreePorts {
  /**
   * Below those that Linux gives to the near ends of connections. A server that is killed leaves
   * its port free until it is started again, and meanwhile its clients try to connect to it: one of
   * their connections would now and then be given this very port, and be connected to itself.
   */
  private static final int END = 32_768;

  private static final int BEGIN = 16_384;

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** So many different ones. */
  static List<Integer> take(int count) {
    return IntStream.range(0, count).mapToObj(i -> take()).toList();
  }

  private static int take() {
    // In no order, because other processes look for ports of their own in the same way.
    return ThreadLocalRandom.current()
        .ints(BEGIN, END)
        .filter(port -> isFree(port) && GIVEN.add(port))
        .findFirst()
        .getAsInt();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
