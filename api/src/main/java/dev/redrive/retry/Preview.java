// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The attempts that a message gets while it fails, and the delays before them.
 *
 * @param steps one for each attempt after the first; none if there is one attempt only
 */
public record Preview(List<Step> steps) {

  private static final int LINES_MAX = 50;

  private static final String ROW = "%7s  %-20s  %s\n";

  /** Copies the list. */
  public Preview {
    steps = List.copyOf(steps);
  }

  static Preview of(RetryTerms terms) {
    List<Step> steps = new ArrayList<>(terms.attempts() - 1);
    Duration sinceEarliest = Duration.ZERO;
    Duration sinceLatest = Duration.ZERO;
    Duration previous = Duration.ZERO;
    for (int failed = 1; failed < terms.attempts(); failed++) {
      DelayWindow window = terms.window(failed, previous);
      previous = window.latest();
      sinceEarliest = sinceEarliest.plus(window.earliest());
      sinceLatest = sinceLatest.plus(window.latest());
      steps.add(
          new Step(failed + 1, window.earliest(), window.latest(), sinceEarliest, sinceLatest));
    }
    return new Preview(steps);
  }

  /** A table for a terminal; of many attempts the first ones and the last. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(ROW.formatted("attempt", "after", "since the first failure"));
    text.append(ROW.formatted("1", "-", "-"));
    int shown = steps.size() > LINES_MAX ? LINES_MAX - 1 : steps.size();
    steps.subList(0, shown).forEach(step -> text.append(row(step)));
    if (shown < steps.size()) {
      text.append(ROW.formatted("...", "...", "..."));
      text.append(row(steps.get(steps.size() - 1)));
    }
    return text.toString();
  }

  private static String row(Step step) {
    return ROW.formatted(
        step.attempt(),
        new DelayWindow(step.earliest(), step.latest()),
        new DelayWindow(step.cumulativeEarliest(), step.cumulativeLatest()));
  }
}
