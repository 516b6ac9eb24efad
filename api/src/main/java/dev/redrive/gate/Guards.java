// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

import java.util.List;
import java.util.Optional;

/**
 * What stands in front of a queue's attempts.
 *
 * @param gates make its gates, asked in this order; a queue that is declared anew keeps the gates
 *     of the factories that are equal to one it had
 * @param dependency what its handlers call, for example a host: its breaker is asked last
 */
public record Guards(List<GateFactory> gates, Optional<String> dependency) {
  /** Nothing: each attempt begins when there is room for it. */
  public static final Guards NONE = new Guards(List.of(), Optional.empty());

  /** Copies the list. */
  public Guards {
    gates = List.copyOf(gates);
  }

  /** The same with other gates. */
  public Guards withGates(List<GateFactory> others) {
    return new Guards(others, dependency);
  }

  /** The same with this dependency. */
  public Guards withDependency(String name) {
    return new Guards(gates, Optional.of(name));
  }
}
