// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.List;
import java.util.Locale;

/** The kinds of backoff that a configuration can name, each with the keys that go with it. */
enum BackoffKind implements Word {
  FIXED,
  LIST,
  LINEAR,
  EXPONENTIAL;

  /** The keys of all kinds. */
  static final List<String> ALL_KEYS = List.of("first", "max", "step", "factor", "delays");

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  List<String> keys() {
    return switch (this) {
      case FIXED -> List.of("first");
      case LIST -> List.of("delays");
      case LINEAR -> List.of("first", "step", "max");
      case EXPONENTIAL -> List.of("first", "max", "factor");
    };
  }
}
