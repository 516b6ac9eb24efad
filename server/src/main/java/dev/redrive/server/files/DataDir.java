// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.files;

import dev.redrive.InvalidOptionsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A folder for this process' user alone (0700), with small files (0600) that are replaced as a
 * whole: after a crash each holds either the old text or the new one.
 */
public final class DataDir {
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  private final Path folder;

  private DataDir(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens the folder, creating it if it is not there.
   *
   * @throws InvalidOptionsException if it cannot be used, saying why and what to do
   */
  public static DataDir open(Path folder) {
    String subject = "dataDir " + folder;
    try {
      Files.createDirectories(folder, forPosix(folder, FOLDER));
      if (isPosix(folder)
          && Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new InvalidOptionsException(
            subject, List.of("everybody can write to it: take that away with `chmod o-w`"));
      }
      Path probe = Files.createTempFile(folder, "probe", "");
      Files.delete(probe);
      return new DataDir(folder);
    } catch (IOException e) {
      throw new InvalidOptionsException(
          subject,
          List.of("cannot be written to (" + e + "): choose another folder, or mend its rights"));
    }
  }

  /** Where a file of this folder is. */
  public Path path(String name) {
    return folder.resolve(name);
  }

  /** The bytes of a file; empty if it is not there. */
  public Optional<byte[]> read(String name) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(path(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Replaces a file; when this returns, the new bytes outlive a power cut. Not for one name at
   * once.
   */
  public void write(String name, byte[] bytes) throws IOException {
    Path fresh = path(name + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, forPosix(folder, FILE));
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(fresh, path(name), StandardCopyOption.ATOMIC_MOVE);
    // The new name is durable only when the folder is.
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static FileAttribute<?>[] forPosix(Path near, Set<PosixFilePermission> permissions) {
    return isPosix(near)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
