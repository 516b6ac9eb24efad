// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * An API key, without the key: what is kept is its hash.
 *
 * @param name for people and logs
 * @param hash SHA-256 of the key, in hexadecimal. Keys are random, so a slow hash would add nothing
 * @param scopes what it may do
 * @param expiresAt when it ends, if ever
 */
public record ApiKey(String name, String hash, Set<Scope> scopes, Optional<Instant> expiresAt) {

  /** Copies the scopes. */
  public ApiKey {
    scopes = Set.copyOf(scopes);
  }

  /** The hash of a key that a client sends. */
  public static String hash(String key) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256, which every one must have", e);
    }
  }

  /** True if the key may do this. */
  public boolean may(Scope scope) {
    return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
  }

  boolean isExpired(Instant now) {
    return expiresAt.map(end -> !now.isBefore(end)).orElse(false);
  }

  @Override
  public String toString() {
    return "ApiKey[name=" + name + ", scopes=" + scopes + ", expiresAt=" + expiresAt + "]";
  }
}
