// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.retry.DurationText;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code amqp://user:password@host:port,host:port/virtualhost?option=value}. What is left out
 * has the defaults of RabbitMQ's own URIs.
 */
final class RabbitUri {
  static final String PLAIN = "amqp";
  static final String TLS = "amqps";

  // A password may hold an @, a host cannot.
  private static final Pattern AUTHORITY = Pattern.compile("(?:(.*)@)?([^@]*)");
  private static final int PLAIN_PORT = 5672;
  private static final int TLS_PORT = 5671;

  private RabbitUri() {}

  static RabbitTransportConfig parse(URI uri) {
    RabbitTransportConfig.Builder config = RabbitTransportConfig.builder();
    boolean isTls = TLS.equals(uri.getScheme().toLowerCase(Locale.ROOT));
    config.tls(isTls);
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    Matcher parts = AUTHORITY.matcher(authority);
    if (uri.isOpaque() || !parts.matches()) {
      throw malformed("the host is missing");
    }
    config.hosts(hosts(parts.group(2), isTls ? TLS_PORT : PLAIN_PORT));
    if (parts.group(1) != null) {
      credentials(config, parts.group(1));
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (path.length() > 1) {
      config.virtualHost(decoded(path.substring(1)));
    }
    Map<String, String> ofTheLayout = new LinkedHashMap<>();
    if (uri.getRawQuery() != null) {
      for (String option : uri.getRawQuery().split("&", -1)) {
        option(config, ofTheLayout, option);
      }
    }
    ClassicOptions.read(ofTheLayout).ifPresent(config::classic);
    return config.build();
  }

  private static List<String> hosts(String text, int port) {
    return Arrays.stream(text.split(",", -1))
        .map(host -> host.isEmpty() ? "localhost" : host)
        .map(host -> host.matches(".*:[0-9]+") ? host : host + ":" + port)
        .toList();
  }

  private static void credentials(RabbitTransportConfig.Builder config, String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw malformed("write user:password before the @");
    }
    config.credentials(decoded(text.substring(0, colon)), decoded(text.substring(colon + 1)));
  }

  private static void option(
      RabbitTransportConfig.Builder config, Map<String, String> ofTheLayout, String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = equals < 0 ? "" : decoded(option.substring(equals + 1));
    if (ClassicOptions.NAMES.contains(name)) {
      ofTheLayout.put(name, value);
      return;
    }
    switch (name) {
      case "prefix" -> config.prefix(value);
      case "heartbeat" -> config.heartbeat(DurationText.parse(value));
      case "reconnectFor" -> config.reconnectFor(DurationText.parse(value));
      case "reconnectTries" -> config.reconnectTries(number(value));
      case "allowTransient" -> config.allowTransient(isTrue(value));
      case "handOversMax" -> config.handOversMax(number(value));
      case "trustStore" -> config.trustStore(Path.of(value));
      case "trustStorePassword" -> config.trustStorePassword(value);
      default ->
          throw malformed(
              "'"
                  + name
                  + "' is no option; there are prefix, heartbeat, reconnectFor, reconnectTries,"
                  + " handOversMax, trustStore, trustStorePassword, allowTransient, and layout with"
                  + " those of the classic layout");
    }
  }

  private static boolean isTrue(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException("allowTransient must be true or false, not " + value);
    };
  }

  private static int number(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException malformed) {
      throw new IllegalArgumentException("'" + value + "' is no number", malformed);
    }
  }

  // A plus is a plus here, not a space.
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  // Does not show the URI, which may have a password in it.
  private static IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException(
        "cannot read the RabbitMQ URI: "
            + why
            + "; write amqp://user:password@host:5672/virtualhost?reconnectFor=10m");
  }
}
