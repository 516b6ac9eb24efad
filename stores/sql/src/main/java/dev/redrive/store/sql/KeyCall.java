// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.time.Duration;

/**
 * Something asked of the store about one key.
 *
 * @param id the key
 * @param owner who asks
 * @param span for how long it is to be held or remembered; unused where nothing is
 * @param result what is to be kept; unused where nothing is
 */
record KeyCall(KeyId id, String owner, Duration span, byte[] result) {
  private static final byte[] NO_RESULT = {};

  KeyCall(String key, String owner, Duration span) {
    this(KeyId.of(key), owner, span, NO_RESULT);
  }

  long micros() {
    return Micros.of(span);
  }
}
