// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the participants of a request tell each other, as W3C Baggage writes it in the header {@code
 * baggage}. Immutable.
 *
 * <p>The header travels on as it came, properties of its members included; at most 64 members and
 * 8,192 characters, as much as everybody must be able to take.
 */
public final class Baggage {
  private static final int LENGTH_MAX = 8_192;
  private static final int MEMBERS_MAX = 64;
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern OCTETS = Pattern.compile("[\\x21-\\x7e&&[^\",;\\\\]]*");

  private final String header;
  private final Map<String, String> entries;

  private Baggage(String header, Map<String, String> entries) {
    this.header = header;
    this.entries = entries;
  }

  /** Reads the header; empty if it is malformed, or beyond the bounds. */
  public static Optional<Baggage> parse(String header) {
    if (header.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    List<String> members = ListHeader.members(header);
    Map<String, String> entries = new LinkedHashMap<>();
    boolean isWhole = members.size() <= MEMBERS_MAX;
    for (int i = 0; isWhole && i < members.size(); i++) {
      isWhole = read(members.get(i), entries);
    }
    return isWhole
        ? Optional.of(new Baggage(header, Collections.unmodifiableMap(entries)))
        : Optional.empty();
  }

  /** Adds what a member says; false if it is malformed. */
  private static boolean read(String member, Map<String, String> entries) {
    List<String> parts = ListHeader.split(member, ';');
    List<String> pair = pair(parts.get(0));
    boolean isWhole =
        pair.size() == 2
            && isPair(pair)
            && parts.stream().skip(1).map(Baggage::pair).allMatch(Baggage::isPair);
    if (!isWhole) {
      return false;
    }
    Optional<String> value = decoded(pair.get(1));
    value.ifPresent(known -> entries.put(pair.get(0), known));
    return value.isPresent();
  }

  /** The name, and the value if it has one: values may contain the sign between, too. */
  private static List<String> pair(String text) {
    int sign = text.indexOf('=');
    return sign < 0
        ? List.of(text)
        : List.of(
            ListHeader.trimmed(text, 0, sign), ListHeader.trimmed(text, sign + 1, text.length()));
  }

  private static boolean isPair(List<String> pair) {
    return TOKEN.matcher(pair.get(0)).matches()
        && (pair.size() == 1 || OCTETS.matcher(pair.get(1)).matches());
  }

  private static Optional<String> decoded(String octets) {
    if (octets.indexOf('%') < 0) {
      return Optional.of(octets);
    }
    try {
      // Forms write a space as plus, and this is none.
      String literal = octets.replace("+", "%2B");
      return Optional.of(URLDecoder.decode(literal, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** The members in their order, with their values decoded and without their properties. */
  public Map<String, String> entries() {
    return entries;
  }

  /** The value of this member, decoded. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /** The header. */
  public String header() {
    return header;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Baggage that && header.equals(that.header);
  }

  @Override
  public int hashCode() {
    return header.hashCode();
  }

  @Override
  public String toString() {
    return "Baggage[" + header + "]";
  }
}
