// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Candidate;
import java.util.Optional;

/**
 * What messages are told apart by: their key, or one of their headers, for example the tenant.
 *
 * @param header the header's name; empty for the key
 */
public record Trait(Optional<String> header) {
  private static final Trait KEY = new Trait(Optional.empty());

  /** Messages are told apart by their key. */
  public static Trait key() {
    return KEY;
  }

  /** Messages are told apart by the value of this header, whose name is matched exactly. */
  public static Trait header(String name) {
    return new Trait(Optional.of(name));
  }

  /** What this message has for it; empty if it has nothing. */
  Optional<String> of(Candidate candidate) {
    return header.isEmpty()
        ? candidate.key()
        : Optional.ofNullable(candidate.headers().get(header.get()));
  }

  /** For people. */
  @Override
  public String toString() {
    return header.map(name -> "header " + name).orElse("key");
  }
}
