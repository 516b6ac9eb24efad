// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A network of its own on this machine, joined to the machine's by a cable that can be pulled: a
 * silent partition, in which nothing is refused and nothing arrives. Needs Linux, root and
 * iproute2. Not thread-safe.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int SUBNETS = 250;

  private final String name;
  private final String outside;
  private final String inside;
  private final String subnet;
  private final Thread end = new Thread(this::remove);

  private NetworkNamespace(int number) {
    String id = ProcessHandle.current().pid() + "-" + number;
    name = "redrive-" + id;
    // Names of interfaces have at most 15 characters.
    outside = "rdo" + id;
    inside = "rdi" + id;
    subnet = "10.231." + (1 + (ProcessHandle.current().pid() + number) % SUBNETS);
  }

  /** Why there can be none on this machine; empty if there can be. */
  public static Optional<String> missing() {
    try {
      create().close();
      return Optional.empty();
    } catch (IllegalStateException refused) {
      return Optional.of("no network namespaces here: " + refused.getMessage());
    }
  }

  /**
   * Makes one.
   *
   * @throws IllegalStateException if this machine does not allow that
   */
  public static NetworkNamespace create() {
    NetworkNamespace made = new NetworkNamespace(COUNT.incrementAndGet());
    Runtime.getRuntime().addShutdownHook(made.end);
    try {
      made.build();
      return made;
    } catch (IllegalStateException refused) {
      made.close();
      throw refused;
    }
  }

  private void build() {
    ip("netns", "add", name);
    ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name);
    ip("address", "add", subnet + ".1/24", "dev", outside);
    ip("link", "set", outside, "up");
    ip("-n", name, "address", "add", address() + "/24", "dev", inside);
    ip("-n", name, "link", "set", "lo", "up");
    ip("-n", name, "link", "set", inside, "up");
  }

  /** Where a server in it can be reached. */
  public String address() {
    return subnet + ".2";
  }

  /** What to put before a command so that it runs in it. */
  public List<String> prefix() {
    return List.of("ip", "netns", "exec", name);
  }

  /** Pulls the cable. Connections stay as they are, and nothing comes through. */
  public void cut() {
    ip("-n", name, "link", "set", inside, "down");
  }

  /** Puts the cable back. */
  public void heal() {
    ip("-n", name, "link", "set", inside, "up");
  }

  /** Removes it. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(end);
    remove();
  }

  private void remove() {
    // The interfaces inside go with it, and with each the one it is joined to.
    try {
      ip("netns", "delete", name);
    } catch (IllegalStateException absent) {
      return;
    }
  }

  private static void ip(String... arguments) {
    List<String> command = Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList();
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + printed);
      }
    } catch (IOException absent) {
      throw new IllegalStateException("there is no ip command", absent);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(interrupted));
    }
  }
}
