// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Instant;

/** Is told what a worker does, when it does it. Thread-safe. */
interface Witness {
  /** The handler was called. */
  void called(String id, int attempt, Instant at);

  /** The handler is about to end. */
  void returned(String id, int attempt, Instant at);

  /** The engine has said that what followed the attempt holds. */
  void settled(String id, int attempt, Instant at);

  /** Something was cut off, and is not any more. */
  void cut(Window window);

  /** Something that must never be. */
  void wrong(String what);
}
