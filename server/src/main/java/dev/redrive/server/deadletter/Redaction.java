// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.deadletter;

import java.util.List;
import java.util.Locale;

/** Hides the values of headers whose names say that they are secret. */
final class Redaction {
  static final String HIDDEN = "[hidden]";

  private static final List<String> SECRET =
      List.of("authorization", "cookie", "token", "secret", "password", "api-key", "apikey");

  private Redaction() {}

  static String shown(String name, String value) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SECRET.stream().anyMatch(lower::contains) ? HIDDEN : value;
  }
}
