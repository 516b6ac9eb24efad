// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.net.InetAddress;

/** A block of IP addresses, as {@code 10.0.0.0/8} or {@code fc00::/7}. */
final class Cidr {
  private final String text;
  private final byte[] network;
  private final int prefixLength;

  private Cidr(String text, byte[] network, int prefixLength) {
    this.text = text;
    this.network = network;
    this.prefixLength = prefixLength;
  }

  /**
   * Reads {@code address/prefix}; a bare address is a block of one.
   *
   * @throws IllegalArgumentException when it is not a canonical address, or the prefix does not fit
   */
  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    byte[] bytes =
        AddressLiteral.parse(address)
            .map(InetAddress::getAddress)
            .orElseThrow(() -> malformed(text));
    int bits = bytes.length * 8;
    int prefix = slash < 0 ? bits : prefix(text, text.substring(slash + 1), bits);
    if (!isClear(bytes, prefix)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has bits set behind its prefix: write the first address of the block");
    }
    return new Cidr(text, bytes, prefix);
  }

  /** Whether the address lies in this block; one of the other IP version never does. */
  boolean contains(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    int whole = prefixLength / 8;
    for (int i = 0; i < whole; i++) {
      if (address[i] != network[i]) {
        return false;
      }
    }
    int rest = prefixLength % 8;
    return rest == 0 || ((address[whole] ^ network[whole]) & (0xff00 >> rest) & 0xff) == 0;
  }

  @Override
  public String toString() {
    return text;
  }

  private static int prefix(String text, String digits, int bits) {
    if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(Character::isDigit)) {
      throw malformed(text);
    }
    int prefix = Integer.parseInt(digits);
    if (prefix > bits) {
      throw malformed(text);
    }
    return prefix;
  }

  private static boolean isClear(byte[] bytes, int prefix) {
    for (int bit = prefix; bit < bytes.length * 8; bit++) {
      if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0) {
        return false;
      }
    }
    return true;
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "\"" + text + "\" is not a block of addresses: write it as 10.0.0.0/8 or fc00::/7");
  }
}
