// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Builds an {@link AddressPolicy}. Not safe for several threads at once. */
public final class AddressPolicyBuilder {
  final List<Cidr> allowed = new ArrayList<>();
  final List<Cidr> denied = new ArrayList<>();
  final List<PortRange> ports = new ArrayList<>();
  final Set<InetSocketAddress> ownListeners = new HashSet<>();
  final Set<String> ownNames = new HashSet<>();

  AddressPolicyBuilder() {}

  /**
   * Allows every destination a block that the built-in table refuses, such as {@code 10.20.0.0/16}.
   *
   * @throws IllegalArgumentException when it is no block of addresses
   */
  public AddressPolicyBuilder allow(String block) {
    allowed.add(Cidr.parse(block));
    return this;
  }

  /**
   * Denies every destination a block; this wins over what is allowed.
   *
   * @throws IllegalArgumentException when it is no block of addresses
   */
  public AddressPolicyBuilder deny(String block) {
    denied.add(Cidr.parse(block));
    return this;
  }

  /**
   * Allows these ports, in place of the default 80, 443 and 1024 to 65535; may be said several
   * times.
   */
  public AddressPolicyBuilder ports(int first, int last) {
    ports.add(new PortRange(first, last));
    return this;
  }

  /**
   * Names a socket this server listens on; a wildcard address stands for every address of this
   * machine.
   */
  public AddressPolicyBuilder ownListener(InetSocketAddress listener) {
    if (listener.isUnresolved()) {
      throw new IllegalArgumentException(
          "the listener " + listener.getHostString() + " must be an address, not a name");
    }
    ownListeners.add(listener);
    return this;
  }

  /**
   * Names this server as the outside knows it, where a proxy or a translator stands in front of it.
   */
  public AddressPolicyBuilder ownName(String host, int port) {
    ownNames.add(host.toLowerCase(Locale.ROOT) + ":" + port);
    return this;
  }

  /** Builds the policy; the addresses of this machine's interfaces are read now. */
  public AddressPolicy build() {
    boolean wildcard =
        ownListeners.stream().anyMatch(listener -> listener.getAddress().isAnyLocalAddress());
    return new AddressPolicy(this, wildcard ? interfaceAddresses() : Set.of());
  }

  private static Set<InetAddress> interfaceAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(address -> AddressLiteral.of(address.getAddress()))
          .collect(Collectors.toSet());
    } catch (SocketException e) {
      throw new IllegalStateException(
          "the network interfaces cannot be read, so that webhooks to this server itself cannot be "
              + "told; name the listeners by their addresses instead of a wildcard",
          e);
    }
  }
}
