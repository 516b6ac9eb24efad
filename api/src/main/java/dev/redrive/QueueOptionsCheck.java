// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The rules that queue options must keep. */
final class QueueOptionsCheck {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final int CONCURRENCY_MAX = 10_000;
  private static final Duration TIMEOUT_MAX = Duration.ofDays(1);
  private static final int DEPENDENCY_CHARS_MAX = 200;
  private static final Duration DEDUP_WINDOW_MAX = Duration.ofDays(30);
  private static final Duration LEASE_MAX = Duration.ofDays(2);
  private static final Duration TTL_MAX = Duration.ofDays(366);

  private QueueOptionsCheck() {}

  static void check(QueueOptions<?> options) {
    List<String> problems = new ArrayList<>();
    if (!NAME.matcher(options.name()).matches()) {
      problems.add(
          "the name must be 1 to 100 letters, digits, '.', '_' or '-', and begin with a letter or"
              + " digit");
    }
    if (options.concurrency() < 1 || options.concurrency() > CONCURRENCY_MAX) {
      problems.add("concurrency must be 1 to 10000, not " + options.concurrency());
    }
    if (options.timeout().compareTo(Duration.ofMillis(1)) < 0
        || options.timeout().compareTo(TIMEOUT_MAX) > 0) {
      problems.add("timeout must be 1 ms to 1 day, not " + options.timeout());
    }
    if (options.maxWaiting().isPresent() && options.maxWaiting().getAsLong() < 1) {
      problems.add("maxWaiting must be at least 1, not " + options.maxWaiting().getAsLong());
    }
    if (options.dedupWindow().isNegative()
        || options.dedupWindow().compareTo(DEDUP_WINDOW_MAX) > 0) {
      problems.add("dedupWindow must be 0 to 30 days, not " + options.dedupWindow());
    }
    if (!options.choice().weights().isEmpty() && options.choice().tenant().isEmpty()) {
      problems.add("choice has weights, but no tenants to weigh: say fairByHeader or fairByKey");
    }
    options.guards().dependency().ifPresent(name -> checkDependency(name, problems));
    options.policy().dependencies().forEach(name -> checkDependency(name, problems));
    options.idempotency().ifPresent(each -> check(each, options.timeout(), problems));
    if (!problems.isEmpty()) {
      throw new InvalidOptionsException("queue " + options.name(), problems);
    }
  }

  private static void checkDependency(String name, List<String> problems) {
    if (name.isBlank()
        || name.length() > DEPENDENCY_CHARS_MAX
        || name.chars().anyMatch(Character::isISOControl)) {
      problems.add(
          "a dependency's name must have 1 to 200 characters, no control characters among them, and"
              + " not be blank");
    }
  }

  private static void check(Idempotency<?> idempotency, Duration timeout, List<String> problems) {
    idempotency
        .lease()
        .filter(
            lease ->
                lease.compareTo(timeout.plus(Idempotency.LEASE_MARGIN_MIN)) < 0
                    || lease.compareTo(LEASE_MAX) > 0)
        .ifPresent(
            lease ->
                problems.add(
                    "idempotency.lease must be 5 s longer than the timeout of "
                        + timeout
                        + " or more, and at most 2 days, not "
                        + lease));
    if (idempotency.ttl().compareTo(Duration.ofSeconds(1)) < 0
        || idempotency.ttl().compareTo(TTL_MAX) > 0) {
      problems.add("idempotency.ttl must be 1 s to 366 days, not " + idempotency.ttl());
    }
  }
}
