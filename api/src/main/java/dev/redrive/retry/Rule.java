// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/** A sentence of the policy: failures of this kind are dealt with in this way. */
record Rule(String name, Condition condition, Action action) {

  /** The rule at a place, which is part of its name, so that a reader of a verdict finds it. */
  static Rule at(int index, Condition condition, Action action) {
    return new Rule("rules[" + index + "]: " + condition, condition, action);
  }
}
