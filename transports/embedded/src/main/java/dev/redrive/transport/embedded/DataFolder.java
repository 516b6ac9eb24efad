// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The folder that a store lives in, owned by one process at a time.
 *
 * <pre>
 * lock      held while open; the owner's process id stands in it
 * format    the version of what is in the folder, written before anything else
 * db/       the database; see {@link OwnerOnly}
 * witness   see {@link Witness}
 * native/   the database's native library, unpacked at each start
 * </pre>
 *
 * The version stands in a file of its own because a database that a later release wrote must not
 * even be opened: opening replays its log and writes files.
 */
final class DataFolder implements AutoCloseable {
  static final int FORMAT = 2;
  private static final String FORMAT_PREFIX = "redrive-embedded ";
  private static final String DATABASE = "db";
  private static final String NATIVE = "native";
  private static final String LOCK = "lock";
  private static final String FORMAT_FILE = "format";
  private static final int LOCK_BYTES_MAX = 32;

  private final Path path;
  private final FileChannel lockChannel;

  private DataFolder(Path path, FileChannel lockChannel) {
    this.path = path;
    this.lockChannel = lockChannel;
  }

  /**
   * Opens the folder, creating it if it is not there, and locks it.
   *
   * @throws TransportException if it is not safe or not possible to use it, saying what to do
   */
  static DataFolder open(Path path) {
    try {
      create(path);
      checkSafe(path);
      FileChannel lock = lock(path);
      try {
        checkFormat(path);
        for (String name : List.of(DATABASE, NATIVE)) {
          if (!Files.isDirectory(path.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(path.resolve(name), SmallFile.onlyOwner(path, "rwx------"));
          }
        }
        return new DataFolder(path, lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new TransportException(
          "The data folder "
              + path
              + " cannot be used: "
              + e
              + ". Check that it is on a local disk"
              + " and that this user may write to it.",
          e);
    }
  }

  Path path() {
    return path;
  }

  Path database() {
    return path.resolve(DATABASE);
  }

  Path nativeLibrary() {
    return path.resolve(NATIVE);
  }

  /** Unlocks the folder. Idempotent. */
  @Override
  public void close() {
    try {
      // The file stays: to delete it would let two processes lock two files of this name.
      lockChannel.close();
    } catch (IOException e) {
      throw new TransportException("The lock on " + path + " could not be given back: " + e, e);
    }
  }

  private static void create(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createDirectory(path, SmallFile.onlyOwner(path, "rwx------"));
  }

  private static void checkSafe(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw new TransportException(
          "The data folder "
              + path
              + " is a symbolic link. Name the folder it points to, "
              + path.toRealPath()
              + ", so that nobody can point it elsewhere later.");
    }
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new TransportException(
          "The data folder " + path + " is a file. Move it away, or name another folder.");
    }
    if (SmallFile.hasPermissions(path)) {
      Set<PosixFilePermission> open = Files.getPosixFilePermissions(path);
      if (open.contains(PosixFilePermission.OTHERS_WRITE)
          || open.contains(PosixFilePermission.GROUP_WRITE)) {
        throw new TransportException(
            "The data folder "
                + path
                + " can be written by others ("
                + PosixFilePermissions.toString(open)
                + "). Run: chmod 700 "
                + path);
      }
    }
    if (!Files.isWritable(path)) {
      throw new TransportException(
          "The data folder "
              + path
              + " cannot be written by this user ("
              + System.getProperty("user.name")
              + "). Give it the folder, or name another one.");
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    Path file = path.resolve(LOCK);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isOurs(path) && isTaken(path)) {
      throw new TransportException(
          "The data folder "
              + path
              + " holds a '"
              + DATABASE
              + "' or '"
              + NATIVE
              + "' of somebody else's. Name another folder.");
    }
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            SmallFile.onlyOwner(path, "rw-------"));
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(path, owner(channel));
      }
      ByteBuffer pid =
          ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8));
      channel.truncate(0);
      channel.write(pid, 0);
      return channel;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw locked(path, "this one");
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static TransportException locked(Path path, String owner) {
    return new TransportException(
        "The data folder "
            + path
            + " is in use by another process ("
            + owner
            + "). Stop that one, or name another folder; two processes cannot share one.");
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(LOCK_BYTES_MAX);
    channel.read(text, 0);
    String pid = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
    return pid.isEmpty() ? "its id is not known" : "id " + pid;
  }

  private static void checkFormat(Path path) throws IOException {
    Path file = path.resolve(FORMAT_FILE);
    Optional<String> line = SmallFile.read(file);
    if (line.isEmpty()) {
      if (Files.exists(path.resolve(DATABASE).resolve("CURRENT"))) {
        throw new TransportException(
            "The data folder "
                + path
                + " has a database, but its file "
                + FORMAT_FILE
                + " is missing. Restore that file from a backup of the same release.");
      }
      SmallFile.write(file, FORMAT_PREFIX + FORMAT);
      return;
    }
    Optional<Integer> version = version(line.get());
    if (version.isEmpty()) {
      throw new TransportException(
          "The file "
              + file
              + " does not say a version, but: "
              + line.get()
              + ". It was damaged; restore it from a backup of the same release.");
    }
    if (version.get() > FORMAT) {
      throw new TransportException(
          "The data folder "
              + path
              + " was written by a later release (format "
              + version.get()
              + "; this one knows "
              + FORMAT
              + "). Nothing was changed. Run the later release.");
    }
    if (version.get() < FORMAT) {
      // First of all: an earlier release must not open what this one is about to write.
      SmallFile.write(file, FORMAT_PREFIX + FORMAT);
    }
  }

  private static Optional<Integer> version(String text) {
    if (!text.matches(FORMAT_PREFIX + "[1-9][0-9]{0,8}")) {
      return Optional.empty();
    }
    return Optional.of(Integer.valueOf(text.substring(FORMAT_PREFIX.length())));
  }

  private static boolean isOurs(Path path) {
    return Files.isRegularFile(path.resolve(FORMAT_FILE), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * What stands where the store's own files would; others, such as a server's keys, may be there.
   */
  private static boolean isTaken(Path path) {
    return Files.exists(path.resolve(DATABASE), LinkOption.NOFOLLOW_LINKS)
        || Files.exists(path.resolve(NATIVE), LinkOption.NOFOLLOW_LINKS);
  }
}
