// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/**
 * A rule that did not fire for a failure, though it came before the one that did.
 *
 * @param rule its name
 * @param why it did not fire, for people
 */
public record PassedOver(String rule, String why) {

  /** {@code rules[0]: status 409: the HTTP status is 503}. */
  @Override
  public String toString() {
    return rule + ": " + why;
  }
}
