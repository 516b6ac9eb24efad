// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.retry.Reason;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Selects dead letters: those that match everything that is given.
 *
 * @param ids only these; empty for any
 * @param reason only those dead for this reason
 * @param fingerprint only failures of this kind
 * @param text only those whose id, key or failure contains this, whatever the case
 * @param from only those that died at this time or later
 * @param to only those that died before this time
 */
public record DeadLetterFilter(
    Set<String> ids,
    Optional<Reason> reason,
    Optional<String> fingerprint,
    Optional<String> text,
    Optional<Instant> from,
    Optional<Instant> to) {

  /** Copies the ids. */
  public DeadLetterFilter {
    ids = Set.copyOf(ids);
  }

  /** Selects all. */
  public static DeadLetterFilter all() {
    return new DeadLetterFilter(
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Selects these ids; no id selects nothing, so an empty set is refused. */
  public static DeadLetterFilter ids(Set<String> ids) {
    if (ids.isEmpty()) {
      throw new IllegalArgumentException("give at least one id, or select all()");
    }
    return new DeadLetterFilter(
        ids,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** True if the dead letter matches everything that is given. */
  public boolean matches(DeadLetter letter) {
    return (ids.isEmpty() || ids.contains(letter.id()))
        && reason.map(letter.reason()::equals).orElse(true)
        && fingerprint.map(letter.fingerprint()::equals).orElse(true)
        && from.map(start -> !letter.diedAt().isBefore(start)).orElse(true)
        && to.map(end -> letter.diedAt().isBefore(end)).orElse(true)
        && text.map(wanted -> mentions(letter, wanted)).orElse(true);
  }

  private static boolean mentions(DeadLetter letter, String wanted) {
    String needle = wanted.toLowerCase(Locale.ROOT);
    return letter.id().toLowerCase(Locale.ROOT).contains(needle)
        || letter.key().map(key -> key.toLowerCase(Locale.ROOT).contains(needle)).orElse(false)
        || letter.failure().toLowerCase(Locale.ROOT).contains(needle);
  }
}
