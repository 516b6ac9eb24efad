// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;

/** More waits to be written than may. Nothing was written. */
final class BusyException extends TransportException {
  private static final long serialVersionUID = 1L;

  BusyException(String message) {
    super(message);
  }
}
