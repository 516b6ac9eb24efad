// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

/** Whose circuit breakers they are. */
enum BreakerKind {
  /** They look at the last so many calls. */
  RESILIENCE4J,
  /** They look at the calls of the last so many seconds. */
  SENTINEL;

  static BreakerKind parse(String text) {
    return switch (text) {
      case "resilience4j" -> RESILIENCE4J;
      case "sentinel" -> SENTINEL;
      default ->
          throw new IllegalArgumentException(
              "must be `resilience4j` or `sentinel`, not `" + text + "`");
    };
  }
}
