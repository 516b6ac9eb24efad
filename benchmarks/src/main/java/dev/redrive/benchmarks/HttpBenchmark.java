// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.server.Server;
import dev.redrive.server.config.ConfigFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/**
 * The server's two ways: taking a message in, against itself on a transport that stores nothing;
 * and delivering to a webhook, against the bare HTTP client.
 */
final class HttpBenchmark {
  private static final int POSTS = 50_000;
  private static final int DELIVERIES = 20_000;
  private static final int IN_FLIGHT = 64;
  private static final int ROUNDS = 5;
  private static final int BODY_BYTES = 256;

  private HttpBenchmark() {}

  static List<Row> run() throws Exception {
    return List.of(post(), deliver());
  }

  private static Server start(Folders folder, String transport, String queue) {
    return Server.start(
        ConfigFile.parse(
            "benchmark",
            """
            bind: "127.0.0.1:0"
            transport: "%s"
            dataDir: "%s"
            queues:
              bench: %s
            """
                .formatted(transport, folder.path().resolve("server"), queue),
            Map.of()));
  }

  private static Row post() throws Exception {
    try (Folders kept = new Folders();
        Folders unused = new Folders();
        Server durable = start(kept, "embedded:" + kept.path().resolve("store"), "{}");
        Server forgetful = start(unused, "forgetful:", "{}")) {
      return new Duel("HTTP: durable POST / the same without storing", 0.6, ROUNDS)
          .run(() -> post(durable), () -> post(forgetful));
    }
  }

  private static double post(Server server) throws Exception {
    int port = server.address().getPort();
    try (Posters posters = new Posters(port, "/v1/queues/bench/messages", BODY_BYTES)) {
      return posters.run(POSTS, 202);
    }
  }

  private static Row deliver() throws Exception {
    try (Receiver receiver = new Receiver();
        Folders folder = new Folders();
        Server server =
            start(
                folder,
                "embedded:" + folder.path().resolve("store"),
                "{ concurrency: %d, deliver: { url: \"%s\", allowPrivate: true, timeout: 10s } }"
                    .formatted(IN_FLIGHT, receiver.url()));
        BareClient bare = new BareClient(receiver)) {
      return new Duel("HTTP: webhook delivery / bare client", 0.6, ROUNDS)
          .run(() -> deliver(server, receiver), () -> bare.run(DELIVERIES, IN_FLIGHT, BODY_BYTES));
    }
  }

  /** Fills the paused queue, lets it go, and waits until the receiver has everything. */
  private static double deliver(Server server, Receiver receiver) throws Exception {
    int port = server.address().getPort();
    change(port, "pause", "{\"reason\":\"benchmark\"}");
    try (Posters posters = new Posters(port, "/v1/queues/bench/messages", BODY_BYTES)) {
      posters.run(DELIVERIES, 202);
    }
    long began = System.nanoTime();
    receiver.expect(DELIVERIES);
    change(port, "resume", "{}");
    receiver.await();
    return DELIVERIES / ((System.nanoTime() - began) / 1e9);
  }

  private static void change(int port, String action, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/v1/queues/bench:" + action))
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          action + " answered " + answer.statusCode() + ": " + answer.body());
    }
  }
}
