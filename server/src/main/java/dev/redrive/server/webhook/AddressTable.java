// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The special-purpose addresses of the IANA registries (RFC 6890 and its updates), and those under
 * which clouds serve credentials. The JDK's {@code isSiteLocalAddress} and its sisters miss half of
 * them.
 */
final class AddressTable {
  private static final List<Cidr> NEVER =
      blocks(
          // Metadata services, two of which lie within otherwise private or public space.
          "169.254.0.0/16",
          "100.100.100.200/32",
          "168.63.129.16/32",
          "fd00:ec2::/32",
          "fd20:ce::/32",
          // IPv4: this network, IETF, documentation, 6to4 relay, benchmarks, multicast, reserved.
          "0.0.0.0/8",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4",
          // IPv6: unspecified, and what carries an IPv4 address inside.
          "::/128",
          "64:ff9b::/96",
          "64:ff9b:1::/48",
          "2001::/32",
          "2002::/16",
          // IPv6: discard, documentation, segment routing, link-local, site-local, multicast.
          "100::/64",
          "2001:db8::/32",
          "3fff::/20",
          "5f00::/16",
          "fe80::/10",
          "fec0::/10",
          "ff00::/8");

  private static final List<Cidr> PRIVATE =
      blocks(
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "::1/128",
          "fc00::/7");

  /** Deprecated IPv4-compatible addresses; looked at after {@code ::1}, which lies within. */
  private static final List<Cidr> COMPATIBLE = blocks("::/96");

  private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");
  private static final byte[] MAPPED_PREFIX = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff
  };
  private static final Cidr GLOBAL_UNICAST = Cidr.parse("2000::/3");

  private AddressTable() {}

  /**
   * Which rule forbids this address, or empty when it is public (or private, and that is allowed).
   */
  static Optional<String> refusal(byte[] address, boolean allowPrivate) {
    Optional<Cidr> special = first(NEVER, address);
    if (special.isPresent()) {
      return special.map(block -> "in " + block + ", which no webhook may reach");
    }
    Optional<Cidr> inside = first(PRIVATE, address);
    if (inside.isPresent()) {
      return allowPrivate
          ? Optional.empty()
          : inside.map(block -> "in " + block + ", a private range");
    }
    Optional<Cidr> compatible = first(COMPATIBLE, address);
    if (compatible.isPresent()) {
      return compatible.map(block -> "in " + block + ", which no webhook may reach");
    }
    if (address.length == 16 && !GLOBAL_UNICAST.contains(address)) {
      return Optional.of("outside " + GLOBAL_UNICAST + ", the only public range of IPv6");
    }
    return Optional.empty();
  }

  /**
   * The IPv4 address inside an IPv4-mapped ({@code ::ffff:0:0/96}) or NAT64 ({@code 64:ff9b::/96})
   * one, or empty.
   */
  static Optional<byte[]> embedded(byte[] address) {
    boolean carries = address.length == 16 && (isMapped(address) || NAT64.contains(address));
    return carries ? Optional.of(Arrays.copyOfRange(address, 12, 16)) : Optional.empty();
  }

  /** Whether this is an IPv4 address in the clothes of IPv6. */
  static boolean isMapped(byte[] address) {
    return address.length == 16 && Arrays.equals(address, 0, 12, MAPPED_PREFIX, 0, 12);
  }

  /** The first block that holds the address. */
  static Optional<Cidr> first(List<Cidr> blocks, byte[] address) {
    for (Cidr block : blocks) {
      if (block.contains(address)) {
        return Optional.of(block);
      }
    }
    return Optional.empty();
  }

  private static List<Cidr> blocks(String... texts) {
    return Stream.of(texts).map(Cidr::parse).toList();
  }
}
