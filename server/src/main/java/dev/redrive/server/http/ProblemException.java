// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

/** Ends a request with a problem. Without a stack trace, because it is an answer and no mistake. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** What to answer. */
  public Problem problem() {
    return problem;
  }
}
