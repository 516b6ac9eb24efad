// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How the embedded transport is set up. Immutable.
 *
 * @param folder where everything is kept; created if it is not there; on a local disk
 * @param reserveBytes sends are refused while the disk has less room than this
 * @param maxBodyBytes the largest payload, 1 to 64 MiB
 * @param maxPendingBytes sends are refused while more than this waits to be written
 */
public record EmbeddedTransportConfig(
    Path folder, long reserveBytes, int maxBodyBytes, long maxPendingBytes) {
  private static final int BODY_BYTES_MAX = 64 << 20;

  /** Checks the values. */
  public EmbeddedTransportConfig {
    Objects.requireNonNull(folder, "folder");
    if (reserveBytes < 0) {
      throw new IllegalArgumentException("reserveBytes is not negative, but was " + reserveBytes);
    }
    if (maxBodyBytes < 1 || maxBodyBytes > BODY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "maxBodyBytes is 1 to " + BODY_BYTES_MAX + ", but was " + maxBodyBytes);
    }
    if (maxPendingBytes < 1) {
      throw new IllegalArgumentException(
          "maxPendingBytes is at least 1, but was " + maxPendingBytes);
    }
  }

  /** Starts from the defaults: 64 MiB of reserve, payloads of 16 MiB, 64 MiB pending. */
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  /**
   * Reads {@code embedded:<folder>[?reserveBytes=…&maxBodyBytes=…&maxPendingBytes=…]}.
   *
   * @throws IllegalArgumentException if it is malformed, saying how it should be
   */
  static EmbeddedTransportConfig of(URI uri) {
    String rest = uri.getRawSchemeSpecificPart();
    int question = rest.indexOf('?');
    String path = decode(question < 0 ? rest : rest.substring(0, question));
    if (path.startsWith("//")) {
      path = path.substring(2);
    }
    if (path.isBlank()) {
      throw new IllegalArgumentException(
          "Name a folder, for example embedded:./data or embedded:/var/lib/redrive, not " + uri);
    }
    Builder builder = builder(Path.of(path));
    if (question >= 0) {
      for (String option : rest.substring(question + 1).split("&", -1)) {
        builder.option(option);
      }
    }
    return builder.build();
  }

  private static String decode(String text) {
    // A plus stands for itself in a path.
    return java.net.URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Collects values; {@link #build} checks them. Not thread-safe. */
  public static final class Builder {
    private final Path folder;
    private long reserveBytes = 64L << 20;
    private int maxBodyBytes = 16 << 20;
    private long maxPendingBytes = 64L << 20;

    private Builder(Path folder) {
      this.folder = folder;
    }

    /** Sends are refused while the disk has less room than this. */
    public Builder reserveBytes(long reserveBytes) {
      this.reserveBytes = reserveBytes;
      return this;
    }

    /** The largest payload. */
    public Builder maxBodyBytes(int maxBodyBytes) {
      this.maxBodyBytes = maxBodyBytes;
      return this;
    }

    /** Sends are refused while more than this waits to be written. */
    public Builder maxPendingBytes(long maxPendingBytes) {
      this.maxPendingBytes = maxPendingBytes;
      return this;
    }

    private void option(String option) {
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      String value = equals < 0 ? "" : option.substring(equals + 1);
      if (!value.matches("[0-9]{1,18}")) {
        throw new IllegalArgumentException(
            "Options are written name=number, for example reserveBytes=1000000, not " + option);
      }
      long number = Long.parseLong(value);
      switch (name) {
        case "reserveBytes" -> reserveBytes(number);
        case "maxBodyBytes" -> maxBodyBytes((int) Math.min(number, Integer.MAX_VALUE));
        case "maxPendingBytes" -> maxPendingBytes(number);
        default ->
            throw new IllegalArgumentException(
                "The options are reserveBytes, maxBodyBytes and maxPendingBytes, not " + name);
      }
    }

    /**
     * The configuration.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public EmbeddedTransportConfig build() {
      return new EmbeddedTransportConfig(folder, reserveBytes, maxBodyBytes, maxPendingBytes);
    }
  }
}
