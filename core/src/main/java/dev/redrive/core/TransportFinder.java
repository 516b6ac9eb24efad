// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.InvalidOptionsException;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** Finds the transport that a URI names among those on the class or module path. */
final class TransportFinder {
  private TransportFinder() {}

  static Transport open(String text, Environment environment) {
    URI uri = parse(text);
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    TreeSet<String> known = new TreeSet<>();
    for (TransportProvider provider : ServiceLoader.load(TransportProvider.class)) {
      if (provider.schemes().contains(scheme)) {
        return open(provider, uri, environment);
      }
      known.addAll(provider.schemes());
    }
    throw invalid(
        "no transport for '"
            + scheme
            + ":' is on the class path; add its artifact redrive-transport-…; there "
            + (known.isEmpty() ? "is none" : "are: " + String.join(", ", known)));
  }

  private static Transport open(TransportProvider provider, URI uri, Environment environment) {
    try {
      return provider.open(uri, environment);
    } catch (IllegalArgumentException malformed) {
      throw invalid(String.valueOf(malformed.getMessage()));
    }
  }

  private static URI parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw invalid(
          "'" + text + "' is no transport URI; write for example embedded:./data or memory:");
    }
    // java.net.URI wants something after the colon, people do not for memory:.
    String whole = colon == text.length() - 1 ? text + "/" : text;
    try {
      return new URI(whole);
    } catch (URISyntaxException unquoted) {
      return quoted(whole, colon);
    }
  }

  // A folder's name may hold characters that a URI must quote, such as a space.
  private static URI quoted(String text, int colon) {
    try {
      return new URI(text.substring(0, colon), text.substring(colon + 1), null);
    } catch (URISyntaxException malformed) {
      throw invalid("'" + text + "' is no transport URI: " + malformed.getReason());
    }
  }

  private static InvalidOptionsException invalid(String problem) {
    return new InvalidOptionsException("transport", List.of(problem));
  }
}
