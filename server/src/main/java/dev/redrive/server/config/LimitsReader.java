// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.gate.GateFactory;
import dev.redrive.guard.limits.ConcurrencyLimit;
import dev.redrive.guard.limits.DeadLetterAdmission;
import dev.redrive.guard.limits.RateLimit;
import dev.redrive.guard.limits.RetryBudget;
import dev.redrive.retry.DurationText;
import dev.redrive.server.json.Fields;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the limits of a queue. They are asked in this order: what holds the queue, then how many
 * may run, then what is spent: a token that was taken in vain comes back, but one that was not
 * taken is better.
 */
final class LimitsReader {
  private static final Pattern RATE = Pattern.compile("([0-9]{1,9}) ?/ ?(.+)");
  private static final int AT_ONCE_MAX = 1_000_000;
  private static final long BURST_MAX = 1_000_000_000;
  private static final int DEATHS_MAX = 1_000_000;
  private static final Duration TIME_MIN = Duration.ofSeconds(1);
  private static final Duration TIME_MAX = Duration.ofHours(1);

  private final Fields fields;
  private final List<GateFactory> rates = new ArrayList<>();
  private final List<GateFactory> slots = new ArrayList<>();

  private LimitsReader(Fields fields) {
    this.fields = fields;
  }

  /** The gates that these settings ask for; their mistakes are added to those of the fields. */
  static List<GateFactory> read(Fields fields) {
    return new LimitsReader(fields).read();
  }

  private List<GateFactory> read() {
    List<GateFactory> all = new ArrayList<>();
    fields.object("deadLetterAdmission").flatMap(LimitsReader::admission).ifPresent(all::add);
    Optional<String> fairBy = fields.text("fairBy");
    limits(
        fields,
        rate -> fairBy.map(rate::fairByHeader).orElse(rate),
        slot -> fairBy.map(slot::fairByHeader).orElse(slot));
    fields
        .object("perKey")
        .ifPresent(each -> own(each, RateLimit::perKey, ConcurrencyLimit::perKey));
    fields
        .objects("perHeader")
        .forEach(
            (name, each) -> own(each, rate -> rate.perHeader(name), slot -> slot.perHeader(name)));
    Optional<RetryBudget> budget = fields.object("retryBudget").flatMap(LimitsReader::budget);
    fields.end();
    all.addAll(slots);
    all.addAll(rates);
    budget.ifPresent(all::add);
    return all;
  }

  private void own(
      Fields each, UnaryOperator<RateLimit> rate, UnaryOperator<ConcurrencyLimit> slot) {
    limits(each, rate, slot);
    each.end();
  }

  private void limits(
      Fields from, UnaryOperator<RateLimit> rate, UnaryOperator<ConcurrencyLimit> slot) {
    OptionalLong burst = from.number("burst", 1, BURST_MAX);
    Optional<RateLimit> read = from.parsed("rate", LimitsReader::rate);
    if (burst.isPresent() && !from.has("rate")) {
      from.problem("burst", "needs a `rate`");
    }
    read.map(each -> burst.isPresent() ? each.burst(burst.getAsLong()) : each)
        .map(rate)
        .ifPresent(rates::add);
    from.number("concurrency", 1, AT_ONCE_MAX)
        .ifPresent(max -> slots.add(slot.apply(ConcurrencyLimit.of((int) max))));
  }

  /** A rate as it is written, for example {@code 200/s}, {@code 100/m}, {@code 5/10s}. */
  static RateLimit rate(String text) {
    Matcher matcher = RATE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "must be a number and a time, for example `200/s` or `100/10m`, not `" + text + "`");
    }
    String period = matcher.group(2);
    boolean isUnit = !Character.isDigit(period.charAt(0));
    return RateLimit.per(
        Long.parseLong(matcher.group(1)), DurationText.parse(isUnit ? "1" + period : period));
  }

  private static Optional<GateFactory> admission(Fields fields) {
    DeadLetterAdmission defaults = DeadLetterAdmission.defaults();
    double share = fields.parsed("share", LimitsReader::share).orElse(defaults.share());
    int minimum = (int) fields.number("minimum", 1, DEATHS_MAX).orElse(defaults.minimum());
    Duration window = fields.duration("window", TIME_MIN, TIME_MAX).orElse(defaults.window());
    Duration hold = fields.duration("hold", TIME_MIN, TIME_MAX).orElse(defaults.hold());
    fields.end();
    return fields.attempt(() -> new DeadLetterAdmission(share, minimum, window, hold));
  }

  private static Optional<RetryBudget> budget(Fields fields) {
    RetryBudget defaults = RetryBudget.defaults();
    double share = fields.parsed("share", LimitsReader::share).orElse(defaults.share());
    OptionalLong perSecond = fields.number("perSecond", 1, AT_ONCE_MAX);
    fields.end();
    return fields.attempt(
        () -> RetryBudget.of(share, (double) perSecond.orElse((long) defaults.perSecond())));
  }

  /** A share as it is written, for example {@code 20%}. */
  private static double share(String text) {
    if (!text.matches("[0-9]{1,4}(\\.[0-9]{1,3})? ?%")) {
      throw new IllegalArgumentException("must be a percentage, for example `20%`");
    }
    String number = text.substring(0, text.length() - 1).strip();
    return new BigDecimal(number).movePointLeft(2).doubleValue();
  }
}
