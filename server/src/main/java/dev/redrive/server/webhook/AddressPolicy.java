// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where webhooks may go: public addresses, what the operator allows besides, and never this server
 * itself.
 *
 * <p>An address is refused when it is a listener of our own, else when the operator denies it, else
 * allowed when the operator allows it, else judged by the built-in table; a destination that is
 * allowed private addresses may reach loopback, the private ranges of RFC 1918, 100.64/10 and
 * fc00::/7, but neither link-local addresses nor the metadata services of clouds. A name with
 * several addresses is refused when any one of them is.
 *
 * <p>Immutable and safe for any thread.
 */
public final class AddressPolicy {
  private final List<Cidr> allowed;
  private final List<Cidr> denied;
  private final List<PortRange> ports;
  private final Set<InetSocketAddress> ownListeners;
  private final Set<String> ownNames;
  private final Set<InetAddress> ownAddresses;

  AddressPolicy(AddressPolicyBuilder builder, Set<InetAddress> ownAddresses) {
    this.allowed = List.copyOf(builder.allowed);
    this.denied = List.copyOf(builder.denied);
    this.ports = builder.ports.isEmpty() ? PortRange.USUAL : List.copyOf(builder.ports);
    this.ownListeners = Set.copyOf(builder.ownListeners);
    this.ownNames = Set.copyOf(builder.ownNames);
    this.ownAddresses = new HashSet<>(ownAddresses);
  }

  /** Starts a policy: public addresses on the usual ports. */
  public static AddressPolicyBuilder builder() {
    return new AddressPolicyBuilder();
  }

  /**
   * Judges what can be judged without a name server: the port, our own names, and an address in
   * place of a name. Meant for the moment a destination is registered; every delivery is checked
   * again.
   *
   * @throws DestinationNotAllowedException when no delivery can succeed
   */
  public void check(WebhookUrl url, boolean allowPrivate) {
    if (!admitsPort(url.port())) {
      throw new DestinationNotAllowedException(
          url.origin() + ": port " + url.port() + " is not among " + ports);
    }
    if (!ownNames.isEmpty() && ownNames.contains(url.host() + ":" + url.port())) {
      throw new DestinationNotAllowedException(url.origin() + " is this server itself");
    }
    url.literal().ifPresent(address -> check(url, List.of(address), allowPrivate));
  }

  /** Judges all addresses that a name led to; one that is refused refuses them all. */
  void check(WebhookUrl url, List<InetAddress> addresses, boolean allowPrivate) {
    for (InetAddress address : addresses) {
      Optional<String> refusal = refusal(address, url.port(), allowPrivate);
      if (refusal.isPresent()) {
        throw new DestinationNotAllowedException(
            url.origin() + " leads to " + address.getHostAddress() + ": " + refusal.get());
      }
    }
  }

  /** Why this address may not be connected to, or empty when it may. */
  Optional<String> refusal(InetAddress address, int port, boolean allowPrivate) {
    byte[] bytes = address.getAddress();
    if (AddressTable.isMapped(bytes)) {
      return refusal(AddressLiteral.of(bytes), port, allowPrivate);
    }
    if (isOwnListener(address, port)) {
      return Optional.of("a listener of this server itself");
    }
    Optional<Cidr> denial = AddressTable.first(denied, bytes);
    if (denial.isPresent()) {
      return denial.map(block -> "in " + block + ", which the operator denies");
    }
    if (AddressTable.first(allowed, bytes).isPresent()) {
      // An allowed translation prefix does not allow the private addresses behind the translator.
      return AddressTable.embedded(bytes)
          .flatMap(inside -> refusal(AddressLiteral.of(inside), port, allowPrivate));
    }
    return AddressTable.refusal(bytes, allowPrivate);
  }

  private boolean admitsPort(int port) {
    for (PortRange range : ports) {
      if (range.contains(port)) {
        return true;
      }
    }
    return false;
  }

  private boolean isOwnListener(InetAddress address, int port) {
    for (InetSocketAddress listener : ownListeners) {
      if (listener.getPort() == port && reaches(listener.getAddress(), address)) {
        return true;
      }
    }
    return false;
  }

  private boolean reaches(InetAddress listener, InetAddress address) {
    if (!listener.isAnyLocalAddress()) {
      return listener.equals(address);
    }
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || ownAddresses.contains(address);
  }
}
