// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads IP addresses written as text, without ever asking a name server.
 *
 * <p>{@code 127.1}, {@code 2130706433}, {@code 0} and {@code 0177.0.0.1} are read by the JDK, by
 * libc and by browsers, and not all alike. Only the canonical four decimal numbers are taken here;
 * {@link #looksNumeric} tells the others from a name, by the rule of the WHATWG URL standard ("ends
 * in a number").
 */
final class AddressLiteral {
  private static final int NO_OCTET = -1;
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");

  private AddressLiteral() {}

  /** The address, or empty when this is no canonical IPv4 and no IPv6 literal. */
  static Optional<InetAddress> parse(String text) {
    if (text.indexOf(':') >= 0) {
      return ipv6(text);
    }
    String[] octets = text.split("\\.", -1);
    if (octets.length != 4) {
      return Optional.empty();
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      int octet = octet(octets[i]);
      if (octet == NO_OCTET) {
        return Optional.empty();
      }
      bytes[i] = (byte) octet;
    }
    return Optional.of(of(bytes));
  }

  /** By hand, because every delivery to an address comes by here. */
  private static int octet(String digits) {
    boolean isPadded = digits.length() > 1 && digits.charAt(0) == '0';
    if (digits.isEmpty() || digits.length() > 3 || isPadded) {
      return NO_OCTET;
    }
    int octet = 0;
    for (int i = 0; i < digits.length(); i++) {
      char digit = digits.charAt(i);
      if (digit < '0' || digit > '9') {
        return NO_OCTET;
      }
      octet = 10 * octet + digit - '0';
    }
    return octet > 255 ? NO_OCTET : octet;
  }

  /** Whether some parser somewhere would read this host as a number, not as a name. */
  static boolean looksNumeric(String host) {
    String last = host.substring(host.lastIndexOf('.') + 1);
    return NUMBER.matcher(last.toLowerCase(Locale.ROOT)).matches();
  }

  /** The address of these 4 or 16 bytes; an IPv4-mapped one becomes IPv4. */
  static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length, e);
    }
  }

  private static Optional<InetAddress> ipv6(String text) {
    if (!IPV6.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      // The JDK reads a text in brackets as a literal or not at all: no name is looked up.
      return Optional.of(InetAddress.getByName("[" + text + "]"));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
