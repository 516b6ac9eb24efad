// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What becomes of a message whose attempt failed: a pure function from {@link Failure} to {@link
 * Verdict}.
 *
 * <p>A policy is made by the {@link #builder()} or read from configuration by {@link #parse}; both
 * say the same things, and {@link #toMap()} turns either into configuration again. It is immutable
 * and safe for any number of threads.
 *
 * <p>The rules are asked in this order, and the first that matches fires:
 *
 * <ol>
 *   <li>the user's rules, in the order in which they were written;
 *   <li>what the handler itself said by throwing a {@link VerdictException}. Where it did, only
 *       those of the user's rules are asked before that name such an exception, so that a broad
 *       rule does not overrule it by accident;
 *   <li>the defaults, which take I/O failures, timeouts, HTTP 408, 425, 429 and 5xx, SQLSTATE 08,
 *       40001, 40P01, 53, 55P03 and 57P0, every {@link Error} and whatever is unknown for
 *       transient; other HTTP 4xx, validation and decoding failures, illegal arguments, programming
 *       errors and SQLSTATE 22, 23 and 42 for permanent; and HTTP 410 for a reason to hold.
 * </ol>
 *
 * <p>A rule to retry still ends in the dead letters when the attempts are exhausted, or when the
 * next attempt would not start before the message's deadline.
 */
public final class RetryPolicy {

  static final RetryTerms DEFAULT_TERMS =
      new RetryTerms(
          Backoff.exponential(Duration.ofSeconds(1), Duration.ofMinutes(5)), Jitter.full(), 8);

  static final Duration DEFAULT_RETRY_AFTER_MAX = Duration.ofHours(1);

  private static final RetryPolicy DEFAULTS = builder().build();

  private final RetryTerms terms;
  private final Duration retryAfterMax;
  private final RuleBook book;
  private final int attemptsMax;
  private final Set<String> dependencies;

  RetryPolicy(RetryTerms terms, Duration retryAfterMax, RuleBook book) {
    this.terms = terms;
    this.retryAfterMax = retryAfterMax;
    this.book = book;
    this.attemptsMax =
        book.rules().stream()
            .mapToInt(rule -> rule.action().overrides().attempts().orElse(0))
            .reduce(terms.attempts(), Math::max);
    this.dependencies = Collections.unmodifiableSet(named(book));
  }

  private static Set<String> named(RuleBook book) {
    Set<String> names = new LinkedHashSet<>();
    book.rules().forEach(rule -> rule.action().overrides().dependency().ifPresent(names::add));
    return names;
  }

  /**
   * Exponential backoff from 1 s to 5 min, full jitter, 8 attempts, and no rules but the defaults.
   */
  public static RetryPolicy defaults() {
    return DEFAULTS;
  }

  /** A builder that starts from the {@link #defaults()}. */
  public static RetryPolicyBuilder builder() {
    return new RetryPolicyBuilder();
  }

  /**
   * Reads a policy from configuration, as a YAML or JSON parser delivers it. Mistakes are named
   * from {@code retry} on, such as {@code retry.rules[2].then}.
   *
   * @throws InvalidPolicyException with all mistakes at once
   */
  public static RetryPolicy parse(Map<String, ?> config) {
    return parse(config, "retry");
  }

  /**
   * Reads a policy from configuration that stands at a path in a greater one.
   *
   * @param path such as {@code queues.orders.retry}, put before the paths of mistakes
   * @throws InvalidPolicyException with all mistakes at once
   */
  public static RetryPolicy parse(Map<String, ?> config, String path) {
    return PolicyParser.parse(config, path);
  }

  /**
   * This policy as configuration: strings, numbers, lists and maps only. {@link #parse} makes an
   * equal policy of it.
   *
   * @throws UnsupportedOperationException if the policy holds code that no configuration can say: a
   *     rule with a predicate, or a backoff that is not of {@link Backoff}'s factories
   */
  public Map<String, Object> toMap() {
    return PolicyWriter.write(this);
  }

  /**
   * What is to become of the message.
   *
   * <p>Fails only where foreign code does that takes part in the decision, such as a rule's
   * predicate or an own {@link Backoff}.
   *
   * @param random from which the delay is drawn; nothing else is random
   */
  public Verdict decide(Failure failure, RandomGenerator random) {
    Causes causes = Causes.of(failure.cause());
    return verdict(failure, causes, book.ruling(causes), window -> window.draw(random));
  }

  /**
   * The dependency that a failure is put down to by the rule that fires; empty if it names none.
   *
   * <p>Fails only where a rule's predicate does.
   */
  public Optional<String> dependency(Failure failure) {
    return dependencies.isEmpty()
        ? Optional.empty()
        : book.ruling(Causes.of(failure.cause())).action().overrides().dependency();
  }

  /** All dependencies that rules name, in their order. */
  public Set<String> dependencies() {
    return dependencies;
  }

  /** Says which rule fires for a failure and why, and what comes of it; for people. */
  public Explanation explain(Failure failure) {
    Causes causes = Causes.of(failure.cause());
    Ruling ruling = book.ruling(causes);
    return new Explanation(
        failure,
        verdict(failure, causes, ruling, DelayWindow::earliest),
        verdict(failure, causes, ruling, DelayWindow::latest),
        why(failure, causes, ruling),
        book.passedOver(causes, ruling));
  }

  /** The delays between the attempts of a message that fails each time by no particular rule. */
  public Preview preview() {
    return Preview.of(terms);
  }

  /**
   * The load that an outage would make: messages come at an even rate, every attempt that starts
   * during the outage fails at once by no particular rule, every later one succeeds.
   *
   * <p>The figures are expected values, computed without randomness and in bounded memory. Under
   * decorrelated jitter each delay is taken to be drawn from the mean of the windows that those
   * before it open, which makes them approximate.
   *
   * @param outage its length, more than zero and at most 365 days
   * @param messagesPerSecond how many messages come, more than zero and at most 10^9
   * @throws IllegalArgumentException for figures outside these bounds
   */
  public Simulation simulate(Duration outage, double messagesPerSecond) {
    return simulate(outage, messagesPerSecond, Double.POSITIVE_INFINITY);
  }

  /**
   * The same where the dependency takes no more than so many attempts a second once it is back:
   * what is due beyond that piles up, and takes longer to drain. Handlers bound it as well: so many
   * at once, divided by the time of an attempt.
   *
   * @param outage its length, more than zero and at most 365 days
   * @param messagesPerSecond how many messages come, more than zero and at most 10^9
   * @param capacityPerSecond more than messages come, for else nothing would ever drain; may be
   *     infinite
   * @throws IllegalArgumentException for figures outside these bounds
   */
  public Simulation simulate(Duration outage, double messagesPerSecond, double capacityPerSecond) {
    return OutageModel.simulate(terms, outage, messagesPerSecond, capacityPerSecond);
  }

  /** The delays between attempts. */
  public Backoff backoff() {
    return terms.backoff();
  }

  /** The random part of the delays. */
  public Jitter jitter() {
    return terms.jitter();
  }

  /** How many attempts a message gets, the first included. */
  public int attempts() {
    return terms.attempts();
  }

  /**
   * The most attempts that a message can get: {@link #attempts()}, or more where a rule says so.
   */
  public int attemptsMax() {
    return attemptsMax;
  }

  /** The longest {@code Retry-After} of an {@link HttpFailure} that is followed; more is cut. */
  public Duration retryAfterMax() {
    return retryAfterMax;
  }

  RuleBook book() {
    return book;
  }

  private Verdict verdict(
      Failure failure, Causes causes, Ruling ruling, Function<DelayWindow, Duration> choice) {
    Action action = ruling.action();
    return switch (action.then()) {
      case RETRY, RETRY_AFTER -> retryVerdict(failure, causes, ruling, choice);
      case DEAD_LETTER -> new Verdict.DeadLetter(action.reason(), ruling.rule());
      case DISCARD -> new Verdict.Discard(ruling.rule());
      case HOLD -> new Verdict.Hold(action.why(), action.time(), ruling.rule());
    };
  }

  private Verdict retryVerdict(
      Failure failure, Causes causes, Ruling ruling, Function<DelayWindow, Duration> choice) {
    RetryTerms own = terms.with(ruling.action().overrides());
    if (failure.attempt() >= own.attempts()) {
      return new Verdict.DeadLetter(Reason.ATTEMPTS_EXHAUSTED, ruling.rule());
    }
    Duration delay = choice.apply(window(failure, causes, ruling.action().then(), own));
    Optional<Instant> deadline = failure.deadline();
    if (deadline.isPresent() && !failure.at().plus(delay).isBefore(deadline.get())) {
      return new Verdict.DeadLetter(Reason.EXPIRED, ruling.rule());
    }
    return new Verdict.Retry(delay, ruling.rule());
  }

  private DelayWindow window(Failure failure, Causes causes, Then then, RetryTerms own) {
    Optional<Duration> asked = askedDelay(causes);
    if (asked.isEmpty()) {
      return own.window(failure);
    }
    // All who were told the same time would otherwise come back in the same moment.
    Duration spread = own.spread();
    return then == Then.RETRY_AFTER
        ? DelayWindow.at(asked.get()).atLeast(asked.get(), spread)
        : own.window(failure).atLeast(asked.get(), spread);
  }

  private Optional<Duration> askedDelay(Causes causes) {
    return causes
        .handlerDelay()
        .or(() -> causes.serverDelay().map(asked -> DelayWindow.min(asked, retryAfterMax)));
  }

  private String why(Failure failure, Causes causes, Ruling ruling) {
    String why = ruling.why().get();
    if (!ruling.action().then().retries()) {
      return why;
    }
    int attempts = terms.with(ruling.action().overrides()).attempts();
    String count = "; attempt %d of %d".formatted(failure.attempt(), attempts);
    Optional<Duration> server = causes.serverDelay();
    if (causes.handlerDelay().isPresent() || server.isEmpty()) {
      return why + count;
    }
    String asked = "; Retry-After " + DurationText.rounded(server.get());
    return why
        + count
        + (server.get().compareTo(retryAfterMax) > 0
            ? asked + ", cut to " + DurationText.rounded(retryAfterMax)
            : asked);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RetryPolicy that
        && terms.equals(that.terms)
        && retryAfterMax.equals(that.retryAfterMax)
        && book.equals(that.book);
  }

  @Override
  public int hashCode() {
    return Objects.hash(terms, retryAfterMax, book);
  }

  /** One line: {@code exponential from 1s times 2 to 5m, full jitter, 8 attempts, 2 rules}. */
  @Override
  public String toString() {
    return "%s, %s jitter, %d attempts, %d rules"
        .formatted(terms.backoff(), terms.jitter(), terms.attempts(), book.rules().size());
  }
}
