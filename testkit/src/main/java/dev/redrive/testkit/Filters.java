// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import dev.redrive.DeadLetterFilter;
import dev.redrive.retry.Reason;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Dead-letter filters with one criterion each. */
final class Filters {

  private Filters() {}

  static DeadLetterFilter reason(Reason reason) {
    return filter(
        Optional.of(reason),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static DeadLetterFilter fingerprint(String fingerprint) {
    return filter(
        Optional.empty(),
        Optional.of(fingerprint),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static DeadLetterFilter text(String text) {
    return filter(
        Optional.empty(), Optional.empty(), Optional.of(text), Optional.empty(), Optional.empty());
  }

  static DeadLetterFilter between(Instant from, Instant to) {
    return filter(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(from), Optional.of(to));
  }

  private static DeadLetterFilter filter(
      Optional<Reason> reason,
      Optional<String> fingerprint,
      Optional<String> text,
      Optional<Instant> from,
      Optional<Instant> to) {
    return new DeadLetterFilter(Set.of(), reason, fingerprint, text, from, to);
  }
}
