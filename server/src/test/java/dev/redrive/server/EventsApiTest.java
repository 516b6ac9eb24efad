// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import dev.redrive.server.support.Reply;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsApiTest {
  @TempDir Path folder;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server = RunningServer.start(folder, "queues: { a: , b: }");
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static JsonNode next(Iterator<String> lines, String kind) {
    while (lines.hasNext()) {
      if (lines.next().equals("event: " + kind)) {
        String data = lines.next();
        assertThat(data).startsWith("data: ");
        return Reply.json(data.substring("data: ".length()));
      }
    }
    throw new AssertionError("the stream ended without an event " + kind);
  }

  @Test
  void what_happens_is_told() throws IOException, InterruptedException {
    try (Stream<String> stream = api.stream("/v1/events")) {
      Iterator<String> lines = stream.iterator();
      api.send("a", "x", "Redrive-Id", "m");
      JsonNode sent = next(lines, "sent");
      String lease = api.lease("a").at("/0/lease").asText();
      JsonNode started = next(lines, "started");
      api.post("/v1/leases/" + lease + ":dead", "{\"failure\":\"no way\"}");
      JsonNode died = next(lines, "died");
      api.post("/v1/queues/a:pause", "{\"reason\":\"why\"}");
      JsonNode paused = next(lines, "paused");

      assertThat(sent.path("id").asText()).isEqualTo("m");
      assertThat(sent.path("event").asText()).isEqualTo("sent");
      assertThat(started.path("attempt").asInt()).isEqualTo(1);
      assertThat(started.has("latenessMillis")).isTrue();
      assertThat(died.path("reason").asText()).isEqualTo("rejected");
      assertThat(died.path("cause").asText()).contains("no way");
      assertThat(paused.path("reason").asText()).isEqualTo("why");
    }
  }

  @Test
  void one_queue_can_be_listened_to_alone() throws IOException, InterruptedException {
    try (Stream<String> stream = api.stream("/v1/events?queue=b")) {
      api.send("a", "x");
      api.send("b", "y");

      assertThat(next(stream.iterator(), "sent").path("queue").asText()).isEqualTo("b");
    }
    assertThat(api.get("/v1/events?queue=c").problem()).isEqualTo("unknown-queue");
  }

  @Test
  void listeners_are_bounded_and_one_that_goes_makes_room() throws IOException {
    List<RawHttp> listeners = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        listeners.add(listen());
      }

      Reply refused = api.get("/v1/events");

      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.problem()).isEqualTo("too-many-listeners");
      listeners.remove(0).close();
      Poll.until("room for another listener", Api.BOUND, this::isThereRoom);
    } finally {
      for (RawHttp each : listeners) {
        each.close();
      }
    }
  }

  private boolean isThereRoom() {
    try {
      listen().close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private RawHttp listen() throws IOException {
    RawHttp raw = server.raw();
    raw.write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    String head = raw.answer();
    if (!head.startsWith("HTTP/1.1 200")) {
      raw.close();
      throw new IOException(head);
    }
    return raw;
  }

  @Test
  void a_listener_that_does_not_read_is_disconnected_and_holds_nobody_up() throws IOException {
    try (RawHttp raw = listen()) {
      String lines = ("{\"id\":\"" + "i".repeat(150) + "%d\"}\n");
      int sent = 0;
      // More than the sockets' buffers hold, and the listener's own queue.
      for (int batch = 0; batch < 4; batch++) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 9_000; i++) {
          body.append(lines.formatted(sent++));
        }
        Reply reply =
            api.call(
                "POST",
                "/v1/queues/a/messages:batch",
                body.toString(),
                "Content-Type",
                "application/x-ndjson");
        assertThat(reply.status()).isEqualTo(200);
      }

      String read = raw.rest();

      assertThat(read.split("event: sent", -1).length - 1).isLessThan(sent);
    }
  }

  @Test
  void streams_end_when_the_server_stops() throws IOException {
    try (RawHttp raw = listen()) {
      server.close();

      assertThat(raw.rest()).contains(": listening");
    }
  }
}
