// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.redrive.cli.http.Api;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Hands out leases and notes how they are settled: what a server does, with the faults that a real
 * one would have to be talked into. Thread-safe.
 */
final class FakeServer implements AutoCloseable {
  private static final int PORT_MIN = 15_000;
  private static final int PORT_MAX = 30_000;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Deque<ObjectNode> ready = new ConcurrentLinkedDeque<>();
  private final List<String> settlements = new CopyOnWriteArrayList<>();
  private final Map<String, Action> actions = new ConcurrentHashMap<>();
  private volatile boolean isEveryLeaseLost;
  private volatile boolean isSulking;

  FakeServer(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
    server.setExecutor(threads);
    server.createContext("/v1/queues/", this::lease);
    server.createContext("/v1/leases/", this::settle);
    server.start();
  }

  /**
   * One at a port to which another one can come back: nobody is given it meanwhile who does not ask
   * for it by its number.
   */
  static FakeServer returning() throws IOException {
    Random random = new Random();
    while (true) {
      try {
        return new FakeServer(random.nextInt(PORT_MIN, PORT_MAX));
      } catch (BindException e) {
        // Somebody has it: the next one, then.
      }
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Makes a message ready to be leased. */
  FakeServer message(String id, String body) {
    ObjectNode delivery =
        Api.object()
            .put("lease", "lease-" + id)
            .put("id", id)
            .put("queue", "inbox")
            .put("attempt", 2)
            .put("key", "customer-7")
            .put("body", body);
    delivery.putObject("headers").put("x-tenant", "blue\u0000team");
    ready.add(delivery);
    return this;
  }

  /** From now on every settlement is told that its lease was lost. */
  void loseLeases() {
    isEveryLeaseLost = true;
  }

  /** From now on every answer is 503, or no longer. */
  void sulk(boolean isSo) {
    isSulking = isSo;
  }

  /** Does this, besides, when it is settled so. */
  void onSettled(String settlement, Action action) {
    actions.put(settlement, action);
  }

  /** Something that a settlement brings about. */
  interface Action {
    void run() throws IOException;
  }

  /** How leases were settled, as {@code lease:verb failure}. */
  List<String> settlements() {
    return settlements;
  }

  private void lease(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = Api.JSON.readTree(exchange.getRequestBody());
      ObjectNode answer = Api.object();
      ArrayNode deliveries = answer.putArray("deliveries");
      for (int i = 0; i < request.path("max").asInt() && !isSulking; i++) {
        ObjectNode next = ready.poll();
        if (next != null) {
          deliveries.add(next);
        }
      }
      answer(exchange, isSulking ? 503 : 200, answer);
    }
  }

  private void settle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String lease = exchange.getRequestURI().getPath().substring("/v1/leases/".length());
      JsonNode request = Api.JSON.readTree(exchange.getRequestBody());
      if (!isSulking && !isEveryLeaseLost) {
        settlements.add((lease + " " + request.path("failure").asText("")).strip());
        actions.getOrDefault(lease, () -> {}).run();
      }
      answer(exchange, isSulking ? 503 : isEveryLeaseLost ? 409 : 200, Api.object());
    }
  }

  private static void answer(HttpExchange exchange, int status, ObjectNode body)
      throws IOException {
    byte[] bytes = Api.JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
