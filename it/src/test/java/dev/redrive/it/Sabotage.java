// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Redrive;
import dev.redrive.core.Engine;

/** What is done wrong on purpose, to see that it is found out. */
enum Sabotage {
  /** Nothing. */
  NONE;

  /** Opens Redrive on this transport. */
  Redrive open(String uri) {
    return Engine.open(uri);
  }
}
