// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.redrive.testkit.Poll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server is killed again and again while messages come in over HTTP and go out as webhooks, of
 * which some are answered with an error. Whatever it answered 202 must arrive.
 */
class ServerKillTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final int SENDERS = 8;
  private static final int CONCURRENCY = 16;
  private static final int KILLS = 5;
  private static final int SENT_BETWEEN_KILLS = 600;

  @TempDir Path folder;
  private final Accounting books = new Accounting(new FirstAttempts());
  private final InstantSource clock = InstantSource.system();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer receiver;
  private int port;
  private volatile boolean isEnough;

  /** A tenth of the messages fails at first, by their names, so that a run can be repeated. */
  private record FirstAttempts() implements Plan {
    @Override
    public End end(String id) {
      return new End(id.hashCode() % 10 == 0 ? 2 : 1, false);
    }

    // The server draws its pauses at random, from none at all.
    @Override
    public Duration pause(int attempt) {
      return Duration.ZERO;
    }
  }

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.setExecutor(threads);
    receiver.createContext("/", this::receive);
    receiver.start();
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(
        folder.resolve("redrive.yaml"),
        """
        queues:
          orders:
            deliver:
              url: http://127.0.0.1:%d/orders
              allowPrivate: true
            concurrency: %d
            retry: { first: 20ms, max: 200ms, attempts: 100 }
        """
            .formatted(receiver.getAddress().getPort(), CONCURRENCY));
  }

  @AfterEach
  void stop() {
    isEnough = true;
    receiver.stop(0);
    threads.shutdownNow();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String id = exchange.getRequestHeaders().getFirst("webhook-id");
      int attempt = Integer.parseInt(exchange.getRequestHeaders().getFirst("redrive-attempt"));
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      assertThat(body).isEqualTo("payload of " + id);
      books.called(id, attempt, clock.instant());
      boolean isFailing = attempt < books.plan().end(id).attempts();
      books.returned(id, attempt, clock.instant());
      exchange.sendResponseHeaders(isFailing ? 503 : 200, -1);
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void what_was_answered_202_is_delivered_however_often_the_server_is_killed()
      throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(7);
    for (int sender = 0; sender < SENDERS; sender++) {
      int number = sender;
      threads.execute(() -> sendUntilEnough(number));
    }
    for (int kill = 1; kill <= KILLS; kill++) {
      int enough = kill * SENT_BETWEEN_KILLS + random.nextInt(SENT_BETWEEN_KILLS / 2);
      try (ServerProcess server = new ServerProcess(folder, "127.0.0.1:" + port)) {
        Poll.until(
            enough + " messages to be accepted", BOUND, () -> books.acknowledgedCount() >= enough);
        server.kill();
      }
    }
    isEnough = true;

    try (ServerProcess last = new ServerProcess(folder, "127.0.0.1:" + port)) {
      Poll.until("all that was accepted to be delivered", BOUND, books::isDone);
      awaitEmpty(last);
    }
    Audit audit = new Audit(books);
    assertThat(audit.lost()).isEmpty();
    assertThat(audit.unexpected()).isEmpty();
    assertThat(audit.repeating()).isEmpty();
    assertThat(audit.duplicates())
        .as("what was under way at each kill may come again, and nothing else")
        .isBetween(0, KILLS * CONCURRENCY);
  }

  private void sendUntilEnough(int sender) {
    for (int number = 0; !isEnough; number++) {
      String id = sender + "-" + number;
      books.trying(id, clock.instant(), clock.instant());
      while (!isEnough && !isAccepted(id)) {
        // Refused connections are answered at once; the server takes a moment to come back.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  /** Sends it, once more if it is not known what became of it: its id makes that harmless. */
  private boolean isAccepted(String id) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/v1/queues/orders/messages"))
            .timeout(BOUND)
            .header("Redrive-Id", id)
            .POST(BodyPublishers.ofString("payload of " + id))
            .build();
    try {
      int status = client.send(request, BodyHandlers.discarding()).statusCode();
      assertThat(status).isIn(200, 202, 503);
      if (status == 503) {
        return false;
      }
      books.acknowledged(id, clock.instant());
      return true;
    } catch (IOException unknown) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void awaitEmpty(ServerProcess server) {
    Poll.until(
        "the queue to be empty",
        BOUND,
        () -> {
          JsonNode stats = stats(server);
          return Stream.of("waiting", "retrying", "running")
              .allMatch(each -> stats.required(each).asLong() == 0);
        });
    assertThat(stats(server).required("dead").asLong()).isZero();
  }

  private JsonNode stats(ServerProcess server) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.url() + "/v1/queues/orders")).build();
      return JSON.readTree(client.send(request, BodyHandlers.ofString()).body()).required("stats");
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
