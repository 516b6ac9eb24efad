// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/** What a rule does with the failures that it is for. */
enum Then implements Word {
  RETRY("retry"),
  RETRY_AFTER("retryAfter"),
  DEAD_LETTER("deadLetter"),
  DISCARD("discard"),
  HOLD("hold");

  private final String word;

  Then(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }

  boolean retries() {
    return this == RETRY || this == RETRY_AFTER;
  }
}
