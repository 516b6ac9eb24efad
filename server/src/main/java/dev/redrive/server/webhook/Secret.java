// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A signing secret of the Standard Webhooks specification: {@code whsec_} and the Base64 of 24 to
 * 64 random bytes. Prints as dots; only {@link #reveal} gives it away, for the one answer that
 * hands it to its owner.
 */
public final class Secret {
  private static final String PREFIX = "whsec_";
  private static final int BYTES_MIN = 24;
  private static final int BYTES_MAX = 64;
  private static final int BYTES_GENERATED = 32;
  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] key;
  private final Mac keyed;

  private Secret(byte[] key) {
    if (key.length < BYTES_MIN || key.length > BYTES_MAX) {
      throw new InvalidDestinationException(
          "the secret of the webhook has "
              + key.length
              + " bytes behind its Base64; it must have "
              + BYTES_MIN
              + " to "
              + BYTES_MAX);
    }
    this.key = key;
    this.keyed = keyed(key);
  }

  /**
   * Reads {@code whsec_…}; the prefix may be missing.
   *
   * @throws InvalidDestinationException when it is not Base64 of 24 to 64 bytes
   */
  public static Secret parse(String text) {
    String encoded = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    try {
      return new Secret(Base64.getDecoder().decode(encoded));
    } catch (InvalidDestinationException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      // The cause is left out: it quotes a character of the secret.
      throw new InvalidDestinationException(
          "the secret of the webhook is not Base64 behind its whsec_");
    }
  }

  /** A new secret of 32 bytes. */
  public static Secret generate(SecureRandom random) {
    byte[] key = new byte[BYTES_GENERATED];
    random.nextBytes(key);
    return new Secret(key);
  }

  /** The secret in the clear. */
  public String reveal() {
    return PREFIX + Base64.getEncoder().encodeToString(key);
  }

  /** The HMAC-SHA256 of these parts, one behind the other. Safe for any thread. */
  byte[] hmac(byte[]... parts) {
    Mac mac = copy();
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(key, secret.key);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key);
  }

  @Override
  public String toString() {
    return PREFIX + "…";
  }

  private Mac copy() {
    try {
      // Copying the keyed state saves looking the algorithm up and hashing the key again.
      return (Mac) keyed.clone();
    } catch (CloneNotSupportedException e) {
      return keyed(key);
    }
  }

  private static Mac keyed(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "this Java has no " + ALGORITHM + ", which every one must have", e);
    }
  }
}
