// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A failure in words, and its fingerprint. Whatever the exception says of itself, the text is
 * bounded and any store can keep it: a message must not become impossible to settle for how it
 * failed.
 */
final class FailureText {
  private static final int BRIEF_CHARS_MAX = 300;
  private static final int FULL_CHARS_MAX = 4_000;
  // As much of a message as tells its kind; what is matched against it may take quadratic time.
  private static final int KIND_CHARS_MAX = 500;
  private static final int CAUSES_MAX = 8;
  private static final int FRAMES_PER_CAUSE = 5;
  private static final int FINGERPRINT_BYTES = 6;
  // What differs between two failures of one kind: ids, numbers, what is quoted.
  private static final Pattern VARIABLE =
      Pattern.compile(
          "'[^']*'|\"[^\"]*\"|`[^`]*`|\\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\\b"
              + "|\\b(?=[0-9A-Za-z_-]*\\d)[0-9A-Za-z_-]{4,}\\b|\\d+");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f]+");
  private static final Pattern CONTROL_IN_LINES = Pattern.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f]+");

  private FailureText() {}

  /** In a line: the exception's class and message. */
  static String brief(Throwable failure) {
    String type = failure.getClass().getName();
    String name = type.substring(type.lastIndexOf('.') + 1);
    String message = message(failure);
    String brief = message.isBlank() ? name : name + ": " + message;
    return cut(CONTROL.matcher(cut(brief, FULL_CHARS_MAX)).replaceAll(" "), BRIEF_CHARS_MAX);
  }

  /** The exception, where it came from, and its causes. */
  static String full(Throwable failure) {
    StringBuilder text = new StringBuilder();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Throwable cause = failure;
    while (cause != null && seen.add(cause) && seen.size() <= CAUSES_MAX) {
      text.append(seen.size() == 1 ? "" : "\ncaused by ");
      text.append(cut(said(cause::toString), FULL_CHARS_MAX));
      StackTraceElement[] frames = cause.getStackTrace();
      for (int i = 0; i < Math.min(frames.length, FRAMES_PER_CAUSE); i++) {
        text.append("\n  at ").append(frames[i]);
      }
      cause = cause.getCause();
    }
    return cut(CONTROL_IN_LINES.matcher(text).replaceAll(" "), FULL_CHARS_MAX);
  }

  /**
   * Equal for failures of one kind: the classes of the chain and the messages without variables.
   */
  static String fingerprint(Throwable failure) {
    StringBuilder kind = new StringBuilder();
    Throwable cause = failure;
    for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
      kind.append(cause.getClass().getName()).append(' ').append(kind(cause)).append('\n');
      cause = cause.getCause();
    }
    return hash(kind.toString());
  }

  private static String kind(Throwable failure) {
    String message = message(failure);
    Throwable cause = failure.getCause();
    if (cause != null) {
      // A wrapper repeats its cause's text; once is enough.
      message = message.replace(said(cause::toString), "");
    }
    return VARIABLE.matcher(cut(message, KIND_CHARS_MAX)).replaceAll("*");
  }

  /** The fingerprint of a failure that is no exception. */
  static String fingerprint(String kind) {
    return hash(kind);
  }

  private static String message(Throwable failure) {
    return said(failure::getMessage);
  }

  // Exceptions are the user's classes: what they say of themselves may be nothing, or may throw.
  private static String said(Supplier<@Nullable String> words) {
    try {
      String said = words.get();
      return said == null ? "" : said;
    } catch (Throwable speechless) {
      return "(its message could not be read: " + speechless.getClass().getName() + ")";
    }
  }

  /** At most so many characters, and none of them half of a pair. */
  private static String cut(String text, int charsMax) {
    String bounded = text.length() <= charsMax ? text : text.substring(0, charsMax - 1) + "…";
    byte[] whole = bounded.getBytes(StandardCharsets.UTF_8);
    return new String(whole, StandardCharsets.UTF_8);
  }

  private static String hash(String kind) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(kind.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
