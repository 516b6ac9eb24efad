// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;

/** There is not room enough on the disk. Nothing was written. */
final class NoSpaceException extends TransportException {
  private static final long serialVersionUID = 1L;

  NoSpaceException(String message) {
    super(message);
  }
}
