// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whom this process runs as, which matters to servers that will not run as root. */
final class Superuser {
  private Superuser() {}

  /** True if this process runs as root. */
  static boolean isMe() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Makes a folder another user's. */
  static void give(Path folder, String user) {
    try {
      Files.setOwner(
          folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
