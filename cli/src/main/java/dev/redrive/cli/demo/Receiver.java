// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.redrive.cli.demo.Parcel.Trouble;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The destination of the demo's webhooks: a small HTTP server of its own on the loopback address,
 * as flaky as the scene wants it. Counts all that comes. Thread-safe.
 */
final class Receiver implements AutoCloseable {
  private static final int STUBBORN_FAILURES = 3;
  private static final int BACKLOG = 100;
  private static final int THREADS = 16;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final Signature signature;
  private final Map<String, Parcel> expected = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> accepted = new ConcurrentHashMap<>();
  private final LongAdder wrong = new LongAdder();
  private final LongAdder forged = new LongAdder();
  private final AtomicBoolean isBankDown = new AtomicBoolean();
  private final AtomicBoolean isTaxMended = new AtomicBoolean();

  /** What is answered to a delivery. */
  private record Answer(int status, String text) {}

  Receiver(Signature signature) throws IOException {
    this.signature = signature;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    server.setExecutor(threads);
    server.createContext("/hooks/", this::receive);
    server.start();
  }

  /** Where the webhooks of a queue go. */
  String url(String queue) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks/" + queue;
  }

  /** Tells it what will be sent, so that it knows what is right. */
  void expect(Parcel parcel) {
    expected.put(parcel.id(), parcel);
  }

  void bankGoesDown() {
    isBankDown.set(true);
  }

  void bankComesBack() {
    isBankDown.set(false);
  }

  void taxIsMended() {
    isTaxMended.set(true);
  }

  /** How many deliveries came for messages of this queue. */
  long received(String queue) {
    return sum(received, queue);
  }

  /** How many deliveries were accepted for messages of this queue. */
  long accepted(String queue) {
    return sum(accepted, queue);
  }

  private long sum(Map<String, AtomicInteger> counts, String queue) {
    return counts.entrySet().stream()
        .filter(entry -> queueOf(entry.getKey()).equals(queue))
        .mapToLong(entry -> entry.getValue().get())
        .sum();
  }

  private String queueOf(String id) {
    Parcel parcel = expected.get(id);
    return parcel == null ? "" : parcel.queue();
  }

  /** How many deliveries came for this message. */
  int received(Parcel parcel) {
    AtomicInteger count = received.get(parcel.id());
    return count == null ? 0 : count.get();
  }

  /** How many deliveries were accepted of messages that had been accepted before. */
  long duplicates() {
    return accepted.values().stream().mapToLong(count -> Math.max(0, count.get() - 1)).sum();
  }

  /** How many deliveries had another payload than was sent. */
  long wrong() {
    return wrong.sum();
  }

  /** How many deliveries were not signed as agreed. */
  long forged() {
    return forged.sum();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String id = header(exchange, "webhook-id");
      int count = received.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
      check(exchange, id, body);
      Parcel parcel = expected.get(id);
      Answer answer = parcel == null ? new Answer(404, "no such message") : answer(parcel, count);
      if (answer.status() < 300) {
        accepted.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
      }
      send(exchange, answer);
    }
  }

  private void check(HttpExchange exchange, String id, byte[] body) {
    String timestamp = header(exchange, "webhook-timestamp");
    if (!signature.isValid(id, timestamp, body, header(exchange, "webhook-signature"))) {
      forged.increment();
    }
    Parcel parcel = expected.get(id);
    if (parcel == null || !Arrays.equals(parcel.bytes(), body)) {
      wrong.increment();
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private Answer answer(Parcel parcel, int count) {
    if (parcel.queue().equals(Shop.PAYMENTS) && isBankDown.get()) {
      return new Answer(503, "the bank is down");
    }
    Trouble trouble = parcel.trouble();
    boolean isTroubled =
        switch (trouble) {
          case NONE -> false;
          case HICCUP, BUSY -> count == 1;
          case STUBBORN -> count <= STUBBORN_FAILURES;
          case BUG -> !isTaxMended.get();
          case NONSENSE -> true;
        };
    return isTroubled ? complaint(trouble) : new Answer(200, "thank you");
  }

  private static Answer complaint(Trouble trouble) {
    return switch (trouble) {
      case BUSY -> new Answer(429, "too much at once");
      case BUG -> new Answer(422, "the tax id is missing");
      case NONSENSE -> new Answer(400, "the amount is negative");
      case NONE, HICCUP, STUBBORN -> new Answer(502, "the warehouse did not answer");
    };
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "text/plain");
    if (answer.status() == 429) {
      exchange.getResponseHeaders().set("retry-after", "1");
    }
    exchange.sendResponseHeaders(answer.status(), text.length);
    exchange.getResponseBody().write(text);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
