// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads backoff, jitter and attempts, which a policy has and any of its rules may have. */
final class TermsParser {

  /** The keys that are read here. */
  static final List<String> KEYS =
      Stream.concat(
              Stream.of("backoff", "jitter", "jitterMax", "attempts"),
              BackoffKind.ALL_KEYS.stream())
          .toList();

  private static final Duration DEFAULT_FIRST = RetryPolicy.DEFAULT_TERMS.backoff().delay(1);
  private static final Duration DEFAULT_MAX =
      RetryPolicy.DEFAULT_TERMS.backoff().max().orElseThrow();

  private final Section section;

  private TermsParser(Section section) {
    this.section = section;
  }

  /**
   * What the section sets.
   *
   * @param defaultKind the kind of backoff where delays are set but no kind is; empty where that is
   *     a mistake
   */
  static RetryOverrides parse(Section section, Optional<BackoffKind> defaultKind) {
    TermsParser parser = new TermsParser(section);
    return new RetryOverrides(
        parser.backoff(defaultKind),
        parser.jitter(),
        section.integer("attempts"),
        Optional.empty());
  }

  private Optional<Backoff> backoff(Optional<BackoffKind> defaultKind) {
    if (!section.has("backoff") && !section.hasAny(BackoffKind.ALL_KEYS)) {
      return Optional.empty();
    }
    Optional<BackoffKind> kind =
        section.has("backoff") ? section.word("backoff", BackoffKind.values()) : defaultKind;
    if (kind.isEmpty() && !section.has("backoff")) {
      section.problem("backoff", "delays are set, but not the kind: add `backoff: fixed` or such");
    }
    kind.ifPresent(this::refuseOtherKeys);
    return kind.flatMap(this::make);
  }

  private void refuseOtherKeys(BackoffKind kind) {
    for (String key : BackoffKind.ALL_KEYS) {
      if (section.has(key) && !kind.keys().contains(key)) {
        String owners =
            Arrays.stream(BackoffKind.values())
                .filter(other -> other.keys().contains(key))
                .map(Word::word)
                .collect(Collectors.joining(" or "));
        section.problem(
            key,
            "this goes with backoff %s, not with %s, which has %s"
                .formatted(owners, kind.word(), String.join(", ", kind.keys())));
      }
    }
  }

  private Optional<Backoff> make(BackoffKind kind) {
    int before = section.problemCount();
    Duration first = section.duration("first").orElse(DEFAULT_FIRST);
    Duration max = section.duration("max").orElse(DEFAULT_MAX);
    Duration step = section.duration("step").orElse(first);
    double factor = section.decimal("factor").orElse(ExponentialBackoff.DOUBLING);
    List<Duration> delays = section.list("delays", ListBackoff.DELAYS_MAX, Section::duration);
    if (section.problemCount() > before) {
      return Optional.empty();
    }
    boolean isMaxMissing = !section.has("max") && kind.keys().contains("max");
    if (isMaxMissing && first.compareTo(max) > 0) {
      section.problem(
          "max",
          "this is %s unless set, which is shorter than first: set it"
              .formatted(DurationText.format(max)));
      return Optional.empty();
    }
    return section.made(
        "backoff",
        () ->
            switch (kind) {
              case FIXED -> Backoff.fixed(first);
              case LIST -> Backoff.list(delays);
              case LINEAR -> Backoff.linear(first, step, max);
              case EXPONENTIAL -> Backoff.exponential(first, max, factor);
            });
  }

  private Optional<Jitter> jitter() {
    Optional<Jitter.Kind> kind = section.word("jitter", Jitter.Kind.values());
    Optional<Duration> most = section.duration("jitterMax");
    if (section.has("jitterMax") && kind.filter(k -> k == Jitter.Kind.ADDITIVE).isEmpty()) {
      section.problem("jitterMax", "this goes with `jitter: additive`");
    }
    Function<Jitter.Kind, Jitter> make =
        k ->
            switch (k) {
              case NONE -> Jitter.none();
              case FULL -> Jitter.full();
              case EQUAL -> Jitter.equal();
              case DECORRELATED -> Jitter.decorrelated();
              case ADDITIVE -> most.map(Jitter::additive).orElseGet(Jitter::additive);
            };
    return kind.map(make);
  }
}
