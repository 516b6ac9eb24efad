// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;

/** A record is not what was written: its bytes were changed behind our back. */
final class CorruptRecordException extends TransportException {
  private static final long serialVersionUID = 1L;

  CorruptRecordException(String message) {
    super(message);
  }

  CorruptRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
