// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** A collector of spans on this machine: takes OTLP over HTTP, and shows what came. */
public final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final List<String> paths = new CopyOnWriteArrayList<>();

  /**
   * A span.
   *
   * @param kind as OTLP numbers them: 3 is a client, 4 a producer, 5 a consumer
   * @param links the spans that it links to
   */
  public record Span(
      String trace, String id, String parent, String name, int kind, List<String> links) {}

  /** Opens at a free port. */
  public Collector() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::take);
    server.start();
  }

  /** Its address, without a path. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What came so far. */
  public List<Span> spans() {
    return List.copyOf(spans);
  }

  /** The header {@code authorization} of each batch. */
  public List<String> tokens() {
    return List.copyOf(tokens);
  }

  /** Where batches were sent to. */
  public List<String> paths() {
    return List.copyOf(paths);
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      try (InputStream packed = new GZIPInputStream(new ByteArrayInputStream(body))) {
        body = packed.readAllBytes();
      }
    }
    paths.add(exchange.getRequestURI().getPath());
    tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    // A request has resources (1), these have scopes (2), and these spans (2).
    for (ProtoFields resource : ProtoFields.of(body).all(1)) {
      for (ProtoFields scope : resource.all(2)) {
        scope.all(2).forEach(span -> spans.add(span(span)));
      }
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static Span span(ProtoFields span) {
    List<String> links = new ArrayList<>();
    span.all(13).forEach(link -> links.add(hex(link, 2)));
    return new Span(
        hex(span, 1), hex(span, 2), hex(span, 4), span.text(5), (int) span.number(6), links);
  }

  private static String hex(ProtoFields of, int number) {
    return HexFormat.of().formatHex(of.bytes(number));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
