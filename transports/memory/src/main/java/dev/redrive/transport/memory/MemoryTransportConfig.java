// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.InvalidOptionsException;
import java.util.List;

/**
 * How a memory transport behaves. Immutable.
 *
 * @param maxBytes memory that the messages of all queues may take, about, with their headers, the
 *     dead letters, and the ids that are remembered; what is sent beyond it is refused
 */
public record MemoryTransportConfig(long maxBytes) {
  private static final long MAX_BYTES_DEFAULT = 256L << 20;

  /** Checks what is given. */
  public MemoryTransportConfig {
    if (maxBytes < 1) {
      throw new InvalidOptionsException(
          "memory transport", List.of("maxBytes must be at least 1, not " + maxBytes));
    }
  }

  /** 256 MiB. */
  public static MemoryTransportConfig defaults() {
    return builder().build();
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private long maxBytes = MAX_BYTES_DEFAULT;

    private Builder() {}

    /** Memory that messages may take, about, in bytes. */
    public Builder maxBytes(long maxBytes) {
      this.maxBytes = maxBytes;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws InvalidOptionsException naming every mistake
     */
    public MemoryTransportConfig build() {
      return new MemoryTransportConfig(maxBytes);
    }
  }
}
