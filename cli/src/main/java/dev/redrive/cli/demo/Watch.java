// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.EventReader;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the attempts that the server's events tell of. Thread-safe. */
final class Watch implements AutoCloseable {
  private final EventReader events;
  private final Map<String, AtomicInteger> started = new ConcurrentHashMap<>();
  private volatile boolean isClosed;
  private volatile Optional<IOException> failure = Optional.empty();

  /** Counts from now on. */
  Watch(Api api) throws IOException, InterruptedException {
    this.events = new EventReader(api.events("/v1/events"));
    Thread thread = new Thread(this::follow, "redrive-demo-events");
    thread.setDaemon(true);
    thread.start();
  }

  private void follow() {
    try {
      Optional<JsonNode> event = events.next();
      while (event.isPresent()) {
        take(event.get());
        event = events.next();
      }
      end(new IOException("the server ended the stream of events"));
    } catch (IOException e) {
      end(e);
    }
  }

  private void end(IOException cause) {
    if (!isClosed) {
      failure = Optional.of(cause);
    }
  }

  private void take(JsonNode event) {
    if (event.path("event").asText().equals("started")) {
      started
          .computeIfAbsent(event.path("id").asText(), id -> new AtomicInteger())
          .incrementAndGet();
    }
  }

  /** How many attempts of this message have begun. */
  int started(Parcel parcel) {
    AtomicInteger count = started.get(parcel.id());
    return count == null ? 0 : count.get();
  }

  /** Fails if events may be missing. */
  void check() throws IOException {
    Optional<IOException> cause = failure;
    if (cause.isPresent()) {
      throw new IOException("the events could not be followed to the end", cause.get());
    }
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    events.close();
  }
}
