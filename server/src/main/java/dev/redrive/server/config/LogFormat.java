// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import java.util.Locale;

/** How the process is to write its logs. Whoever starts the server applies it. */
public enum LogFormat {
  /** Lines for people. */
  TEXT,
  /** A JSON object a line. */
  JSON;

  static LogFormat parse(String text) {
    for (LogFormat format : values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(text)) {
        return format;
      }
    }
    throw new IllegalArgumentException("must be `text` or `json`");
  }
}
