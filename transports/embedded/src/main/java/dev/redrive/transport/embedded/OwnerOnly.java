// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes from all others what they may do with the files of a folder, also with those that are yet
 * to come.
 *
 * <p>RocksDB makes its files with 0644, its Java side has no setting for that, and Java cannot
 * change the umask of its own process. Nobody else can enter the folder, so this is not what keeps
 * them out; it is for copies of the files, such as backups, that come to lie in an open folder. The
 * system tells of each new file as it is made. Where it does not, {@link #tidy} is all there is.
 */
final class OwnerOnly implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerOnly.class);
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rw-------");

  private final Path folder;
  private final Optional<WatchService> watch;

  private OwnerOnly(Path folder, Optional<WatchService> watch) {
    this.folder = folder;
    this.watch = watch;
  }

  /** Looks after the files of a folder, but not of folders in it, until it is closed. */
  static OwnerOnly watch(Path folder, ThreadFactory threads) {
    if (!SmallFile.hasPermissions(folder)) {
      return new OwnerOnly(folder, Optional.empty());
    }
    OwnerOnly owner = new OwnerOnly(folder, register(folder));
    owner.watch.ifPresent(
        watch -> {
          Thread thread = threads.newThread(() -> owner.run(watch));
          thread.setName("redrive-embedded-files");
          thread.start();
        });
    return owner;
  }

  private static Optional<WatchService> register(Path folder) {
    try {
      WatchService watch = folder.getFileSystem().newWatchService();
      try {
        folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        return Optional.of(watch);
      } catch (IOException | UnsupportedOperationException e) {
        watch.close();
        throw e;
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.info(
          "New files of {} are restricted to their owner only from time to time: {}", folder, e);
      return Optional.empty();
    }
  }

  private void run(WatchService watch) {
    try {
      WatchKey key = watch.take();
      key.pollEvents().forEach(this::see);
      while (key.reset()) {
        key = watch.take();
        key.pollEvents().forEach(this::see);
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      // It was closed.
    }
  }

  private void see(WatchEvent<?> event) {
    if (event.context() instanceof Path name) {
      restrict(folder.resolve(name));
    } else {
      // Too many at once to be told of each.
      tidy();
    }
  }

  /** Looks at all files that are there. */
  void tidy() {
    tidy(folder);
  }

  static void tidy(Path folder) {
    if (!SmallFile.hasPermissions(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(OwnerOnly::restrict);
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("Files of {} may be readable by others: {}", folder, e.toString());
    }
  }

  private static void restrict(Path file) {
    try {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && !Files.getPosixFilePermissions(file).equals(OWNERS)) {
        Files.setPosixFilePermissions(file, OWNERS);
      }
    } catch (NoSuchFileException gone) {
      // It was there for a moment only.
    } catch (IOException e) {
      LOG.warn("{} may be readable by others: {}", file, e.toString());
    }
  }

  /** Looks after nothing any more. Idempotent. */
  @Override
  public void close() {
    try {
      if (watch.isPresent()) {
        watch.get().close();
      }
    } catch (IOException e) {
      LOG.warn("The watch on {} could not be ended: {}", folder, e.toString());
    }
  }
}
