// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

/** The database cannot be used for what was asked of it. */
public final class SqlStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SqlStoreException(String message) {
    super(message);
  }

  SqlStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
