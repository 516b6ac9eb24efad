// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.List;

/** A configuration was refused. All its mistakes are listed, not only the first. */
public final class InvalidOptionsException extends RedriveException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /** Creates the exception for what is being configured, for example {@code queue orders}. */
  public InvalidOptionsException(String subject, List<String> problems) {
    super(subject + ": " + String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** Each mistake, as a sentence. */
  public List<String> problems() {
    return problems;
  }
}
