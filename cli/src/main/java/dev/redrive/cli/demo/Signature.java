// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret shared with a destination, and how it checks what it receives (Standard Webhooks). */
final class Signature {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int SECRET_BYTES = 32;

  private final byte[] secret = new byte[SECRET_BYTES];

  Signature(SecureRandom random) {
    random.nextBytes(secret);
  }

  /** The secret as a queue's settings take it. */
  String secret() {
    return "whsec_" + Base64.getEncoder().encodeToString(secret);
  }

  /** True if one of the signatures in the header is that of this id, time and body. */
  boolean isValid(String id, String timestamp, byte[] body, String header) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      byte[] expected = mac.doFinal(body);
      for (String signature : header.split(" ", -1)) {
        if (signature.startsWith("v1,")
            && MessageDigest.isEqual(expected, decoded(signature.substring("v1,".length())))) {
          return true;
        }
      }
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + ALGORITHM, e);
    }
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
