// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.function.LongSupplier;

/**
 * Keeps the disk from ever becoming quite full under the store.
 *
 * <p>A database that meets a full disk in the middle of a write cannot say how much of it stands
 * there. So what is new is refused while there is still room for all that is only in memory and the
 * log yet, and a reserve besides. The reserve is for ending what is there, which makes more room.
 */
final class DiskSpace {
  /** Below this share of the reserve, nothing is written any more. */
  private static final int LAST_SHARE = 4;

  /** With so much room, nobody need ask how much is in memory: it is never as much. */
  private static final long PLENTY = 1L << 30;

  private final DataFolder folder;
  private final LongSupplier usableBytes;
  private final LongSupplier unflushedBytes;
  private final long reserveBytes;

  /**
   * The room on the folder's disk.
   *
   * @param usableBytes tells how much can be written there
   * @param unflushedBytes tells how much the store is going to write there in any case
   * @param reserveBytes how much is kept besides
   */
  DiskSpace(
      DataFolder folder, LongSupplier usableBytes, LongSupplier unflushedBytes, long reserveBytes) {
    this.folder = folder;
    this.usableBytes = usableBytes;
    this.unflushedBytes = unflushedBytes;
    this.reserveBytes = reserveBytes;
  }

  /** Asks the file system that the folder is on. */
  static LongSupplier of(DataFolder folder) {
    try {
      FileStore disk = Files.getFileStore(folder.path());
      return () -> {
        try {
          return disk.getUsableSpace();
        } catch (IOException e) {
          throw new TransportException(
              "The disk of " + folder.path() + " cannot be asked: " + e, e);
        }
      };
    } catch (IOException e) {
      throw new TransportException("The disk of " + folder.path() + " cannot be asked: " + e, e);
    }
  }

  /** How much there is to write to now. */
  Room room() {
    long usable = usableBytes.getAsLong();
    if (usable - reserveBytes >= PLENTY) {
      return Room.ENOUGH;
    }
    long free = usable - unflushedBytes.getAsLong();
    if (free >= reserveBytes) {
      return Room.ENOUGH;
    }
    return free >= reserveBytes / LAST_SHARE ? Room.FOR_ENDS : Room.NONE;
  }

  /** True if there is as much as is to be kept, whatever the store has in memory. */
  boolean hasReserve() {
    return usableBytes.getAsLong() >= reserveBytes;
  }

  /** Why something was refused, and what to do. */
  String refusal() {
    return "The disk of "
        + folder.path()
        + " is nearly full: "
        + (usableBytes.getAsLong() >> 20)
        + " MiB are left, some of it kept for what was accepted. Make room, and it goes on by"
        + " itself.";
  }

  /** See {@link #room}. */
  enum Room {
    /** Enough for everything. */
    ENOUGH,
    /** Only for what ends messages, and so makes room. */
    FOR_ENDS,
    /** Not enough to write anything safely. */
    NONE
  }
}
