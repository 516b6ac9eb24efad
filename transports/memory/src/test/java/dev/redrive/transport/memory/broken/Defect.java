// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import java.util.Set;
import java.util.function.Supplier;

/**
 * A way to be wrong.
 *
 * @param rule the rule that is broken, and that must notice
 * @param what what is wrong
 * @param also other rules that cannot but notice, too, or may
 * @param flaw the wrong transport, anew for each test
 */
record Defect(String rule, String what, Set<String> also, Supplier<Flaw> flaw) {

  static Defect of(String rule, String what, Supplier<Flaw> flaw) {
    return new Defect(rule, what, Set.of(), flaw);
  }

  Defect alsoSeenBy(String... rules) {
    return new Defect(rule, what, Set.of(rules), flaw);
  }
}
