// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * Loads the database's native library, once for the process.
 *
 * <p>Left to itself, the library unpacks 16 MB into the temporary folder, where each process that
 * is killed leaves them behind, where another user may be able to replace them, and where some
 * systems let nothing be executed. So it is unpacked in the data folder, and what an earlier
 * process left is cleared away first.
 */
final class NativeLibrary {
  private static Optional<Path> loadedFrom = Optional.empty();

  private NativeLibrary() {}

  static synchronized void load(DataFolder folder) {
    try {
      if (!loadedFrom.equals(Optional.of(folder.nativeLibrary()))) {
        clear(folder.nativeLibrary());
      }
      if (loadedFrom.isEmpty()) {
        if (System.getenv("ROCKSDB_SHAREDLIB_DIR") == null) {
          NativeLibraryLoader.getInstance().loadLibrary(folder.nativeLibrary().toString());
        }
        RocksDB.loadLibrary();
        loadedFrom = Optional.of(folder.nativeLibrary());
      }
      OwnerOnly.tidy(folder.nativeLibrary());
    } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
      throw new TransportException(
          "RocksDB's native library could not be loaded from "
              + folder.nativeLibrary()
              + ": "
              + e
              + ". It needs glibc 2.17 or musl, libstdc++, and a file system mounted without"
              + " noexec; ROCKSDB_SHAREDLIB_DIR names another folder for it.",
          e);
    }
  }

  private static void clear(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "librocksdbjni*")) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }
}
