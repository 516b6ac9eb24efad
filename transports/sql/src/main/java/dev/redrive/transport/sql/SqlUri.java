// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.retry.DurationText;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code postgresql://user:password@host:port/database?option=value}, the same for {@code
 * mariadb} and {@code mysql}, and URLs as JDBC has them. Options that are not Redrive's are the
 * driver's.
 */
final class SqlUri {
  static final Set<String> SCHEMES = Set.of("postgresql", "postgres", "mariadb", "mysql", "jdbc");

  // A password may hold an @, a host cannot.
  private static final Pattern AUTHORITY = Pattern.compile("(?:(.*)@)?([^@]+)");
  private static final Pattern JDBC = Pattern.compile("jdbc:(postgresql|mariadb|mysql|h2):.+");

  private SqlUri() {}

  static SqlTransportConfig parse(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    return scheme.equals("jdbc") ? ofJdbc(uri.toString()) : ofServer(scheme, uri);
  }

  private static SqlTransportConfig ofJdbc(String url) {
    Matcher parts = JDBC.matcher(url);
    if (!parts.matches()) {
      throw malformed("after jdbc: comes postgresql, mariadb, mysql or h2");
    }
    return SqlTransportConfig.builder(url).build();
  }

  private static SqlTransportConfig ofServer(String scheme, URI uri) {
    String kind = scheme.equals("postgres") ? "postgresql" : scheme;
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    Matcher parts = AUTHORITY.matcher(authority);
    String database = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (uri.isOpaque() || !parts.matches()) {
      throw malformed("the host is missing");
    }
    if (database.length() < 2) {
      throw malformed("the name of the database is missing");
    }
    // The driver of MariaDB speaks to MySQL, too.
    String driver = kind.equals("mysql") ? "mariadb" : kind;
    SqlTransportConfig.Builder config =
        SqlTransportConfig.builder("jdbc:" + driver + "://" + parts.group(2) + database);
    if (parts.group(1) != null) {
      credentials(config, parts.group(1));
    }
    if (uri.getRawQuery() != null) {
      for (String option : uri.getRawQuery().split("&", -1)) {
        option(config, option);
      }
    }
    return config.build();
  }

  private static void credentials(SqlTransportConfig.Builder config, String text) {
    int colon = text.indexOf(':');
    String user = colon < 0 ? text : text.substring(0, colon);
    config.credentials(decoded(user), colon < 0 ? "" : decoded(text.substring(colon + 1)));
  }

  private static void option(SqlTransportConfig.Builder config, String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = equals < 0 ? "" : decoded(option.substring(equals + 1));
    switch (name) {
      case "prefix" -> config.prefix(value);
      case "poolSize" -> config.poolSize(number(name, value));
      case "heartbeat" -> config.heartbeat(DurationText.parse(value));
      case "pollMax" -> config.pollMax(DurationText.parse(value));
      case "listen" -> config.listening(isTrue(value));
      case "reconnectFor" -> config.reconnectFor(DurationText.parse(value));
      case "reconnectTries" -> config.reconnectTries(number(name, value));
      default -> config.property(name, value);
    }
  }

  private static boolean isTrue(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw malformed("listen must be true or false, not " + value);
    };
  }

  private static int number(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException none) {
      throw new IllegalArgumentException(name + " must be a number, not '" + value + "'", none);
    }
  }

  // A plus is a plus here, not a space.
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }

  // Does not show the URI, which may have a password in it.
  private static IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException(
        "cannot read the URI of the database: "
            + why
            + "; write postgresql://user:password@host:5432/database?poolSize=8");
  }
}
