// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What {@link CrashWorkload} wrote down. */
final class CrashLog {
  /** Told to be stored. */
  final Set<String> sent = new HashSet<>();

  /** Perhaps ended, as nobody was told. */
  final Set<String> ending = new HashSet<>();

  /** Told to have ended. */
  final Set<String> ended = new HashSet<>();

  /** Perhaps dead. */
  final Set<String> dying = new HashSet<>();

  /** Told to be dead. */
  final Set<String> dead = new HashSet<>();

  /** The last attempt that perhaps began. */
  final Map<String, Integer> beginning = new HashMap<>();

  /** The last attempt that is told to have begun. */
  final Map<String, Integer> begun = new HashMap<>();

  final Set<String> faults = new HashSet<>();

  CrashLog(Path file) {
    try {
      for (String line : Files.readAllLines(file)) {
        read(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "S" -> sent.add(words[1]);
      case "e" -> ending.add(words[1]);
      case "E" -> ended.add(words[1]);
      case "d" -> dying.add(words[1]);
      case "D" -> dead.add(words[1]);
      case "b" -> beginning.merge(words[1], Integer.parseInt(words[2]), Math::max);
      case "B" -> begun.merge(words[1], Integer.parseInt(words[2]), Math::max);
      default -> faults.add(line);
    }
  }
}
