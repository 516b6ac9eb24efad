// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the server listens.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param port 1 to 65535, or 0 for any free one
 */
public record BindAddress(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[(?<v6>[0-9A-Fa-f:.]+)]|(?<host>[^:\\[\\]\\s]+)):(?<port>[0-9]{1,5})");
  private static final int PORT_MAX = 65_535;

  /**
   * Reads {@code 127.0.0.1:8080}, {@code localhost:8080} or {@code [::1]:8080}.
   *
   * @throws IllegalArgumentException for anything else; the message says what to write
   */
  public static BindAddress parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > PORT_MAX) {
      throw new IllegalArgumentException(
          "is no address to listen at: write it like 127.0.0.1:8080 or [::1]:8080");
    }
    String host = matcher.group("v6") == null ? matcher.group("host") : matcher.group("v6");
    return new BindAddress(host, Integer.parseInt(matcher.group("port")));
  }

  /**
   * True if only this machine can reach it.
   *
   * @throws IllegalArgumentException if the host is a name that leads nowhere
   */
  public boolean isLoopback() {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "the host `" + host + "` to listen at is not known: write an address of this machine", e);
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
