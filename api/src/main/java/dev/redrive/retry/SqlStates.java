// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.regex.Pattern;

/** SQLSTATEs and beginnings of them, which stand for all states that begin so. */
final class SqlStates {

  private static final Pattern STATE = Pattern.compile("[0-9A-Z]{2,5}");

  private SqlStates() {}

  /** Refuses what is neither a state nor the beginning of one. */
  static String checked(String state) {
    if (!STATE.matcher(state).matches()) {
      throw new IllegalArgumentException(
          "`%s` is no SQLSTATE: write five digits or capitals like \"40P01\", or the first two to"
                  .formatted(state)
              + " four of them like \"08\" for all states that begin so");
    }
    return state;
  }
}
