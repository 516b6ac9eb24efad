// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.util.List;

/** Where a subscription's messages go. */
@FunctionalInterface
public interface Sink {

  /**
   * Takes messages that are due and now leased. Must not block and must not throw. Not called again
   * for one subscription before the call has returned.
   */
  void accept(List<InMessage> messages);
}
