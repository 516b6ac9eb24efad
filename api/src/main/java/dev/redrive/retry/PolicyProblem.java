// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.io.Serializable;

/**
 * A mistake in a policy.
 *
 * @param path where it is, such as {@code retry.rules[2].then}
 * @param message what is wrong and what to write instead, for people
 */
public record PolicyProblem(String path, String message) implements Serializable {

  /** The path and the message. */
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
