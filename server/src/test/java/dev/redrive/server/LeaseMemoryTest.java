// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A quarter of the memory, and so of what may be leased at once, is 1,000 bytes here. */
class LeaseMemoryTest {
  private static final String ALL = "{\"max\":10}";

  @TempDir Path folder;
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(folder, "queues: { jobs: }", Surroundings.real().withMemory(4_000));
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void send(String id, int bytes) {
    Reply sent = api.send("jobs", "x".repeat(bytes), "Redrive-Id", id);
    assertThat(sent.status()).isEqualTo(202);
  }

  private void ack(JsonNode delivery) {
    Reply done = api.post("/v1/leases/" + delivery.path("lease").asText() + ":ack", "");
    assertThat(done.status()).isEqualTo(204);
  }

  @Test
  void what_there_is_no_room_for_is_handed_back_uncounted() {
    send("a", 600);
    send("b", 600);
    send("c", 600);

    JsonNode first = api.lease("jobs");
    Reply refused = api.post("/v1/queues/jobs:lease", ALL);
    first.forEach(this::ack);
    JsonNode second = api.lease("jobs");

    assertThat(first).extracting(each -> each.path("id").asText()).containsExactly("a", "b");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.problem()).isEqualTo("too-many-leases");
    assertThat(refused.header("Retry-After")).isEqualTo("1");
    assertThat(second).extracting(each -> each.path("id").asText()).containsExactly("c");
    assertThat(second.path(0).path("attempt").asInt()).isEqualTo(1);
  }

  @Test
  void a_message_as_large_as_all_that_may_be_leased_goes_through() {
    send("large", 1_000);

    JsonNode leased = api.lease("jobs");

    assertThat(leased).hasSize(1);
    assertThat(api.get("/metrics").body()).contains("redrive_leases_bytes 1000.0");
    assertThat(api.post("/v1/queues/jobs:lease", ALL).status()).isEqualTo(429);
    ack(leased.path(0));
    assertThat(api.get("/metrics").body()).contains("redrive_leases_bytes 0.0");
  }
}
