// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.List;
import java.util.stream.Collectors;

/** Says that a policy could not be made, and names every mistake that is in the way. */
public final class InvalidPolicyException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  // The list that is stored here is serializable, as its elements are; its declared type is not.
  @SuppressWarnings("serial")
  private final List<PolicyProblem> problems;

  InvalidPolicyException(List<PolicyProblem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /** All mistakes, in the order in which they were found. */
  public List<PolicyProblem> problems() {
    return problems;
  }

  private static String message(List<PolicyProblem> problems) {
    return problems.stream()
        .map(PolicyProblem::toString)
        .collect(
            Collectors.joining(
                "\n  ",
                problems.size() == 1
                    ? "the retry policy has a mistake:\n  "
                    : "the retry policy has " + problems.size() + " mistakes:\n  ",
                ""));
  }
}
