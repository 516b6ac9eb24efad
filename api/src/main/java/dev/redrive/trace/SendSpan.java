// SPDX-License-Identifier: Apache-2.0

package dev.redrive.trace;

import dev.redrive.Origin;
import java.util.Optional;

/** The span of a message's send. */
public interface SendSpan {

  /**
   * The trace and the baggage that the message is to take along. What its sender gave in headers
   * stays as it is all the same.
   */
  Origin origin();

  /** The message is durable, or could not be made so. Called once, by any thread. */
  void end(Optional<Throwable> failure);
}
