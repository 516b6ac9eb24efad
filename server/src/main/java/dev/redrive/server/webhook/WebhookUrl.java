// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The address of a webhook, read once and so strictly that every program reads it alike: a URL that
 * two parsers understand differently is how a check is talked past.
 *
 * @param tls whether the scheme is {@code https}
 * @param host the host name in lower case, or an IP address without brackets
 * @param port the port, also where the URL leaves it out
 * @param target what stands in the request line: the path and the query, as they were written
 */
public record WebhookUrl(boolean tls, String host, int port, String target) {
  private static final int LENGTH_MAX = 2048;
  private static final int HOST_LENGTH_MAX = 253;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  /**
   * Reads a URL.
   *
   * @throws InvalidDestinationException when it is not {@code http} or {@code https}, has a user, a
   *     fragment, a backslash, a character that is not visible ASCII, an odd number for an address,
   *     or no sound host or port
   */
  public static WebhookUrl parse(String text) {
    checkCharacters(text);
    URI uri = uri(text);
    boolean tls = isTls(uri);
    String authority = uri.getRawAuthority();
    if (authority == null || authority.isEmpty()) {
      throw invalid("has no host");
    }
    if (authority.indexOf('@') >= 0) {
      throw invalid("has a user or password before the host: send credentials in a header");
    }
    if (uri.getRawFragment() != null) {
      throw invalid("has a fragment (#…), which is never sent: remove it");
    }
    int hostEnd = authority.startsWith("[") ? authority.indexOf(']') + 1 : colon(authority);
    String host = host(authority.substring(0, hostEnd));
    return new WebhookUrl(tls, host, port(authority.substring(hostEnd), tls), target(uri));
  }

  /** The address, when the host is one and not a name. */
  Optional<InetAddress> literal() {
    // A name ends in a letter and has no colon, which spares every delivery to one a closer look.
    char last = host.charAt(host.length() - 1);
    boolean name = host.indexOf(':') < 0 && (last < '0' || last > '9');
    return name ? Optional.empty() : AddressLiteral.parse(host);
  }

  /**
   * Scheme, host and port: what a tenant or an operator recognises without the secrets of a path.
   */
  String origin() {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://") + shown + ":" + port;
  }

  /** The whole URL in its normal form. */
  @Override
  public String toString() {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    boolean usual = port == (tls ? 443 : 80);
    return (tls ? "https://" : "http://") + shown + (usual ? "" : ":" + port) + target;
  }

  private static void checkCharacters(String text) {
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      throw invalid("must have 1 to " + LENGTH_MAX + " characters");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0x7e) {
        throw invalid(
            "has a character outside ASCII: write the host as xn--…, and the path in %XX");
      }
      if (c <= 0x20 || c == '\\') {
        throw invalid(
            "has a space, a line break, a control character or a backslash: write it as %XX");
      }
    }
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw invalid("cannot be read: " + e.getReason() + " at character " + (e.getIndex() + 1));
    }
  }

  private static boolean isTls(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw invalid("must begin with https:// or http://");
    }
    return scheme.equals("https");
  }

  private static int colon(String authority) {
    int colon = authority.indexOf(':');
    return colon < 0 ? authority.length() : colon;
  }

  private static String host(String written) {
    if (written.startsWith("[")) {
      String inside = written.substring(1, written.length() - 1);
      return AddressLiteral.parse(inside)
          .filter(address -> inside.indexOf(':') >= 0)
          .map(InetAddress::getHostAddress)
          .orElseThrow(() -> invalid("has brackets around what is no IPv6 address"));
    }
    String host = written.toLowerCase(Locale.ROOT);
    if (host.isEmpty() || host.length() > HOST_LENGTH_MAX) {
      throw invalid("must have a host of 1 to " + HOST_LENGTH_MAX + " characters");
    }
    for (String label : host.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches()) {
        throw invalid("has a host that is no name: letters, digits, - and _ between single dots");
      }
    }
    if (AddressLiteral.looksNumeric(host) && AddressLiteral.parse(host).isEmpty()) {
      throw invalid(
          "has a number for a host that programs read differently: write 127.0.0.1 in full");
    }
    return host;
  }

  private static int port(String rest, boolean tls) {
    if (rest.isEmpty()) {
      return tls ? 443 : 80;
    }
    String digits = rest.substring(1);
    int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
    if (rest.charAt(0) != ':' || port < 1 || port > 65_535) {
      throw invalid("has a port that is not 1 to 65535");
    }
    return port;
  }

  private static String target(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private static InvalidDestinationException invalid(String what) {
    return new InvalidDestinationException("the URL of the webhook " + what);
  }
}
