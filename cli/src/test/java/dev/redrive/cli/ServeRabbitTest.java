// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.cli.http.Api;
import dev.redrive.testkit.servers.FaultProxy;
import dev.redrive.testkit.servers.RabbitServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server on a broker that is there, goes away, or never was. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServeRabbitTest {
  @TempDir Path folder;

  private Child serve(int port) throws IOException {
    return new Child(
        folder,
        "serve",
        "--json",
        "--bind",
        "127.0.0.1:0",
        "--transport",
        "amqp://127.0.0.1:" + port + "/?reconnectTries=3");
  }

  @Test
  void server_whose_broker_never_was_ends_with_what_is_wrong()
      throws IOException, InterruptedException {
    try (Child server = serve(1)) {
      assertThat(server.exitCode()).isPositive();
      assertThat(server.errors())
          .contains("gave up RabbitMQ at [127.0.0.1:1] after 3 tries")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void server_takes_messages_when_it_says_so_and_ends_when_its_broker_stays_away()
      throws IOException, InterruptedException {
    try (RabbitServer broker = RabbitServer.start();
        FaultProxy way = new FaultProxy(broker.port());
        Child server = serve(way.port())) {
      String url = Api.JSON.readTree(server.lineWith("\"url\"")).path("url").asText();
      // Its queue is made on an empty broker, which takes a while.
      assertThat(send(url)).isEqualTo(202);

      way.cut();

      assertThat(server.exitCode()).isEqualTo(Exit.FAILED);
      assertThat(server.errors()).contains("gave up RabbitMQ").contains("start the server again");
    }
  }

  private static int send(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/queues/inbox/messages"))
            .POST(BodyPublishers.ofString("hello"))
            .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    return answer.statusCode();
  }
}
