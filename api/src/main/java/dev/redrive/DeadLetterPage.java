// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.List;
import java.util.Optional;

/**
 * A page of dead letters, oldest first.
 *
 * @param items the dead letters
 * @param next the cursor of the next page; empty on the last one
 */
public record DeadLetterPage(List<DeadLetter> items, Optional<String> next) {

  /** Copies the items. */
  public DeadLetterPage {
    items = List.copyOf(items);
  }
}
