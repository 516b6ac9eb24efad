// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

/**
 * How the server in this process writes its logs. Takes effect only before the first logger is
 * made, so it is called before any class of the server is touched that has one.
 */
enum Logging {
  /** Lines for people. */
  TEXT("logback.xml"),
  /** A JSON object a line. */
  JSON("logback-json.xml"),
  /** Errors only. */
  QUIET("logback-quiet.xml");

  private static final String PROPERTY = "logback.configurationFile";

  private final String file;

  Logging(String file) {
    this.file = file;
  }

  /** Applies it, unless the person who started the process said otherwise. */
  void apply() {
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, file);
    }
  }
}
