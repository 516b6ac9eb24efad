// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads server-sent events whose data is JSON. Only {@link #close} may be called by another thread.
 */
public final class EventReader implements AutoCloseable {
  private final InputStream in;
  private final BufferedReader lines;

  /** Reads from a stream, and closes it when closed. */
  public EventReader(InputStream in) {
    this.in = in;
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** The next event's data; empty at the stream's end. Blocks until there is one. */
  public Optional<JsonNode> next() throws IOException {
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data:")) {
        data.append(data.isEmpty() ? "" : "\n").append(line.substring("data:".length()));
      } else if (line.isEmpty() && !data.isEmpty()) {
        return Optional.of(Api.JSON.readTree(data.toString()));
      }
    }
    return Optional.empty();
  }

  /** Closes the stream; a thread that waits for the next event fails or gets none. */
  @Override
  public void close() throws IOException {
    // Closing the reader would wait for the lock that the waiting thread holds.
    in.close();
  }
}
