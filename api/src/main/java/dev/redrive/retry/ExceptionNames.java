// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compares classes of exceptions with names. No class is ever loaded by a name: what a
 * configuration names need not be on the class path, and cannot make anything run.
 */
final class ExceptionNames {

  private static final int LENGTH_MAX = 512;

  private static final Pattern NAME =
      Pattern.compile(
          "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
              + "(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");

  private ExceptionNames() {}

  /** Refuses what cannot be the name of a class. */
  static String checked(String name) {
    if (name.length() > LENGTH_MAX || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "`%s` is no class name: write one like SocketTimeoutException or java.io.IOException"
              .formatted(name.length() > LENGTH_MAX ? name.substring(0, LENGTH_MAX) : name));
    }
    return name;
  }

  /** Which of the class and its superclasses has the name, simple or full. */
  static Optional<Class<?>> match(String name, Class<?> type) {
    boolean isSimple = name.indexOf('.') < 0;
    for (@Nullable Class<?> each = type; each != null; each = each.getSuperclass()) {
      if (isSimple ? name.equals(each.getSimpleName()) : isFullName(name, each)) {
        return Optional.of(each);
      }
      if (isSimple && name.equals(each.getName())) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  private static boolean isFullName(String name, Class<?> type) {
    return name.equals(type.getName()) || name.equals(type.getName().replace('$', '.'));
  }
}
