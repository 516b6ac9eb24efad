// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.token;

import dev.redrive.InvalidOptionsException;
import dev.redrive.server.files.DataDir;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes tokens and reads them back. A token is a message id that nobody can guess, and the time
 * until which it may be sent, and how long that was, signed for one queue by a key of the data
 * folder. So nothing is kept of a token, and there may be any number of them: it is taken by the
 * message that is stored under its id, in one step, and every further one is that message's
 * duplicate.
 *
 * <p>The signature is HMAC-SHA256 (RFC 2104) cut to 128 bits, as RFC 2104 allows. Thread-safe.
 */
public final class Tokens {
  static final String NAME = "token.key";

  private static final String PREFIX = "rdt_";
  private static final String ID_PREFIX = "token-";
  private static final int KEY_BYTES = 32;
  private static final int ID_BYTES = 16;
  private static final int SIGNED_BYTES = ID_BYTES + 2 * Long.BYTES;
  private static final int MAC_BYTES = 16;
  private static final String ALGORITHM = "HmacSHA256";

  /** The bytes above, in Base64. */
  private static final Pattern TEXT = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{64}");

  private final SecretKeySpec key;
  private final SecureRandom random;

  private Tokens(byte[] key, SecureRandom random) {
    this.key = new SecretKeySpec(key, ALGORITHM);
    this.random = random;
  }

  /**
   * Tokens by the folder's key, which is made if there is none. Blocks.
   *
   * @throws InvalidOptionsException if the key cannot be read or written
   */
  public static Tokens open(DataDir folder, SecureRandom random) {
    String subject = folder.path(NAME).toString();
    try {
      Optional<byte[]> known = folder.read(NAME);
      byte[] key = known.orElseGet(() -> random(random, KEY_BYTES));
      if (key.length != KEY_BYTES) {
        throw new InvalidOptionsException(
            subject, List.of("is damaged: take it away, and tokens that were given out are void"));
      }
      if (known.isEmpty()) {
        folder.write(NAME, key);
      }
      return new Tokens(key, random);
    } catch (IOException e) {
      throw new InvalidOptionsException(subject, List.of("cannot be used: " + e));
    }
  }

  /** A token that nobody has had, and that may be sent for so long from now. */
  public Token make(Instant now, Duration ttl) {
    // In whole milliseconds, as it is written.
    Instant made = now.truncatedTo(ChronoUnit.MILLIS);
    Duration life = ttl.truncatedTo(ChronoUnit.MILLIS);
    return new Token(id(random(random, ID_BYTES)), made.plus(life), life);
  }

  /** The token as a text, for this queue. */
  public String text(Token token, String queue) {
    byte[] signed =
        ByteBuffer.allocate(SIGNED_BYTES)
            .put(Base64.getUrlDecoder().decode(token.id().substring(ID_PREFIX.length())))
            .putLong(token.expiresAt().toEpochMilli())
            .putLong(token.ttl().toMillis())
            .array();
    byte[] all =
        ByteBuffer.allocate(SIGNED_BYTES + MAC_BYTES).put(signed).put(mac(signed, queue)).array();
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  /** The token of this text, expired or not; empty if it was not made here for this queue. */
  public Optional<Token> read(String text, String queue) {
    if (!TEXT.matcher(text).matches()) {
      return Optional.empty();
    }
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getUrlDecoder().decode(text.substring(PREFIX.length())));
    byte[] id = new byte[ID_BYTES];
    bytes.get(id);
    Token token =
        new Token(
            id(id), Instant.ofEpochMilli(bytes.getLong()), Duration.ofMillis(bytes.getLong()));
    return isSame(text(token, queue), text) ? Optional.of(token) : Optional.empty();
  }

  /** In a time that does not tell how much of it is right. */
  private static boolean isSame(String right, String given) {
    return MessageDigest.isEqual(
        right.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.US_ASCII));
  }

  private static String id(byte[] bytes) {
    return ID_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] random(SecureRandom random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] mac(byte[] signed, String queue) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(signed);
      return Arrays.copyOf(mac.doFinal(queue.getBytes(StandardCharsets.UTF_8)), MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
