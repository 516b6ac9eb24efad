// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A receiver of webhooks, on this machine. */
public final class Shop implements AutoCloseable {
  private static final long BOUND_SECONDS = Api.BOUND.toSeconds();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<Delivered> delivered = new LinkedBlockingQueue<>();
  private volatile Function<Delivered, Answer> answers = each -> new Answer(200, Map.of());

  /** One request that came. */
  public record Delivered(String path, Map<String, String> headers, byte[] body) {}

  /** What is answered. */
  public record Answer(int status, Map<String, String> headers) {}

  /** Opens at a free port. */
  public Shop() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks";
  }

  /** Answers like this from now on; may block. */
  public void answer(Function<Delivered, Answer> how) {
    answers = how;
  }

  /** Answers with this status from now on. */
  public void answer(int status) {
    answer(each -> new Answer(status, Map.of()));
  }

  /** The next request that came, or comes. */
  public Delivered next() throws InterruptedException {
    Delivered next = delivered.poll(BOUND_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was delivered in " + BOUND_SECONDS + " seconds");
    }
    return next;
  }

  /** How many came that were not asked for with {@link #next}. */
  public int more() {
    return delivered.size();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
    Delivered one =
        new Delivered(
            exchange.getRequestURI().getPath(), headers, exchange.getRequestBody().readAllBytes());
    delivered.add(one);
    Answer answer = answers.apply(one);
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), -1);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
