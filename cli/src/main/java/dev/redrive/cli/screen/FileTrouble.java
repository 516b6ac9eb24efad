// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What went wrong with a file, in words; the library has only names of classes. */
public final class FileTrouble {
  private static final Map<String, String> WORDS =
      Map.of(
          AccessDeniedException.class.getName(), "permission denied",
          NoSuchFileException.class.getName(), "there is no such file",
          NotDirectoryException.class.getName(), "it is no folder",
          FileAlreadyExistsException.class.getName(), "there is such a file already",
          DirectoryNotEmptyException.class.getName(), "the folder is not empty");
  private static final Pattern THROWN =
      Pattern.compile("(java\\.nio\\.file\\.\\w+Exception)(?:: ([^:()]*))?");

  private FileTrouble() {}

  /** Names the file and says what is wrong with it. */
  public static String of(FileSystemException e) {
    String file = Optional.ofNullable(e.getFile()).orElse("a file");
    String reason = Optional.ofNullable(e.getReason()).orElse("it cannot be used");
    return file + ": " + WORDS.getOrDefault(e.getClass().getName(), reason);
  }

  /** A text that quotes what was thrown, with words in its place. */
  public static String inWords(String text) {
    return THROWN
        .matcher(text)
        .replaceAll(
            thrown -> {
              String rest = Optional.ofNullable(thrown.group(2)).orElse("it cannot be used");
              return Matcher.quoteReplacement(WORDS.getOrDefault(thrown.group(1), rest));
            });
  }
}
