// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Remembers, outside of the database, how many writes it has made durable.
 *
 * <p>A database whose last log or manifest was cut off cannot be told from one that was never
 * written so far: it opens, and what was acknowledged is missing. The witness can tell, up to the
 * writes since it was last told, twice a minute and when the store is closed.
 */
final class Witness {
  private static final String PREFIX = "writes ";

  private final Path file;

  Witness(DataFolder folder) {
    this.file = folder.path().resolve("witness");
  }

  /** So many writes are durable. */
  void tell(long writes) {
    try {
      SmallFile.write(file, PREFIX + writes + " " + checksum(writes));
    } catch (IOException e) {
      throw new TransportException("The file " + file + " cannot be written: " + e, e);
    }
  }

  /**
   * Checks that a database has all the writes that it had.
   *
   * @throws TransportException if some are missing, saying what to do
   */
  void check(long writes) {
    long told = read();
    if (writes < told) {
      throw new TransportException(
          "The database beside "
              + file
              + " has lost its last "
              + (told - writes)
              + " writes: one of its files was cut off or replaced by an older one. Nothing was"
              + " deleted. Restore the folder from a backup, or accept the loss by deleting "
              + file
              + ".");
    }
  }

  private long read() {
    try {
      Optional<String> line = SmallFile.read(file);
      if (line.isEmpty()) {
        return 0;
      }
      if (line.get().matches(PREFIX + "[0-9]{1,18} [0-9a-f]{1,8}")) {
        String[] words = line.get().split(" ", -1);
        long writes = Long.parseLong(words[1]);
        if (checksum(writes).equals(words[2])) {
          return writes;
        }
      }
      throw new TransportException(
          "The file " + file + " was damaged. Delete it if the database is sound.");
    } catch (IOException e) {
      throw new TransportException("The file " + file + " cannot be read: " + e, e);
    }
  }

  private static String checksum(long writes) {
    CRC32C checksum = new CRC32C();
    checksum.update(Keys.meta(PREFIX + writes));
    return Long.toHexString(checksum.getValue());
  }
}
