// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import dev.redrive.retry.NearestWord;
import java.util.Collection;

/** What is said of a name that may be a mistyped one. */
public final class Nearest {
  private Nearest() {}

  /** {@code ; did you mean `x`?}, or nothing. */
  public static String hint(String written, Collection<String> known) {
    return NearestWord.to(written, known).map(name -> "; did you mean `" + name + "`?").orElse("");
  }
}
