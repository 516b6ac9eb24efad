// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.keys;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What an API key may do. */
public enum Scope {
  /** Send messages, and take them back. */
  ENQUEUE,
  /** See queues, messages and dead letters. */
  READ,
  /** Send dead letters back to their queue. */
  REPLAY,
  /** Lease messages and settle them. */
  WORK,
  /** Everything. */
  ADMIN;

  /** The scope's name in configuration. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of all. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Scope::word).toList();
  }

  /**
   * The scope of this name.
   *
   * @throws IllegalArgumentException for another; the message names all
   */
  public static Scope parse(String word) {
    for (Scope scope : values()) {
      if (scope.word().equals(word)) {
        return scope;
      }
    }
    throw new IllegalArgumentException("holds `" + word + "`, which is none of " + words());
  }
}
