// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.keys;

import dev.redrive.InvalidOptionsException;
import dev.redrive.server.files.DataDir;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API keys that hold now: those of the configuration, and those of {@code keys.json}, which is
 * read again whenever it has changed. Thread-safe.
 */
public final class KeyRing {
  private static final Logger log = LoggerFactory.getLogger(KeyRing.class);

  private final List<ApiKey> configured;
  private final KeyFile file;
  private final Path path;
  private final InstantSource clock;
  private volatile Loaded loaded;

  /** Once a key was needed, taking all keys away must not open the server. */
  private volatile boolean isRequired;

  private record Stamp(FileTime changed, long size, @Nullable Object file) {
    static final Stamp NO_FILE = new Stamp(FileTime.fromMillis(0), -1, null);
    static final Stamp UNREADABLE = new Stamp(FileTime.fromMillis(0), -2, null);
  }

  private record Loaded(Stamp stamp, List<ApiKey> keys) {}

  /**
   * Reads the keys.
   *
   * @throws InvalidOptionsException if {@code keys.json} cannot be read
   */
  public KeyRing(List<ApiKey> configured, DataDir folder, InstantSource clock) {
    this.configured = List.copyOf(configured);
    this.file = new KeyFile(folder);
    this.path = folder.path(KeyFile.NAME);
    this.clock = clock;
    try {
      Stamp stamp = stamp();
      this.loaded = new Loaded(stamp, file.read());
    } catch (IOException e) {
      throw new InvalidOptionsException(
          "API keys", List.of(e.getMessage() + ": mend the file, or take it away"));
    }
    this.isRequired = !configured.isEmpty() || !loaded.keys().isEmpty();
  }

  /** True if requests need a key. */
  public boolean isRequired() {
    if (!isRequired) {
      refresh();
    }
    return isRequired;
  }

  /** The key that a client sent, if it holds. Takes the same time for each key that it is not. */
  public Optional<ApiKey> find(String sent) {
    refresh();
    byte[] hash = ApiKey.hash(sent).getBytes(StandardCharsets.US_ASCII);
    Instant now = clock.instant();
    Optional<ApiKey> found = Optional.empty();
    for (List<ApiKey> keys : List.of(configured, loaded.keys())) {
      for (ApiKey key : keys) {
        byte[] known = key.hash().getBytes(StandardCharsets.US_ASCII);
        if (MessageDigest.isEqual(hash, known)) {
          found = Optional.of(key);
        }
      }
    }
    return found.filter(key -> !key.isExpired(now));
  }

  private void refresh() {
    if (!stamp().equals(loaded.stamp())) {
      reload();
    }
  }

  private synchronized void reload() {
    Stamp stamp = stamp();
    if (stamp.equals(loaded.stamp())) {
      return;
    }
    try {
      loaded = new Loaded(stamp, file.read());
      isRequired |= !loaded.keys().isEmpty();
      log.info("{} changed: {} keys hold", path, loaded.keys().size());
    } catch (IOException | InvalidOptionsException e) {
      isRequired = true;
      loaded = new Loaded(stamp, List.of());
      log.error("none of the keys in {} holds until it is mended: {}", path, e.getMessage());
    }
  }

  /** A file that cannot even be looked at counts as another state; reading it then says why. */
  private Stamp stamp() {
    // Asked with every request: where there is no file, this is the way that makes no exception.
    if (!path.toFile().exists()) {
      return Stamp.NO_FILE;
    }
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
    } catch (IOException e) {
      return Stamp.UNREADABLE;
    }
  }
}
