// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Signs as the Standard Webhooks specification says: {@code v1,} and the Base64 of {@code
 * HMAC-SHA256(id.timestamp.body)}; one signature for each secret, a space between them.
 */
final class Signer {
  private Signer() {}

  /**
   * The value of the header {@code webhook-signature}.
   *
   * @param id the value of {@code webhook-id}; has no dot, so that the signed text reads in one way
   *     alone
   * @param timestamp seconds since 1970
   */
  static String sign(List<Secret> secrets, String id, long timestamp, byte[] body) {
    byte[] head = (id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8);
    StringBuilder signatures = new StringBuilder(48 * secrets.size());
    for (Secret secret : secrets) {
      if (!signatures.isEmpty()) {
        signatures.append(' ');
      }
      signatures.append("v1,").append(Base64.getEncoder().encodeToString(secret.hmac(head, body)));
    }
    return signatures.toString();
  }
}
