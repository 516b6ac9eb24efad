// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A client of the server's API, which holds every answer to the description. */
public final class Api {
  /** How long a test waits for what must come: far longer than it takes on a busy machine. */
  public static final Duration BOUND = Duration.ofSeconds(50);

  private static final Duration TIMEOUT = BOUND.multipliedBy(2);

  private final HttpClient client = HttpClient.newHttpClient();
  private final String root;
  private final String[] always;

  /** Talks to this address, with these headers in every request. */
  public Api(InetSocketAddress address, String... always) {
    this.root = "http://" + address.getHostString() + ":" + address.getPort();
    this.always = always;
  }

  /** The address of a path. */
  public URI uri(String path) {
    return URI.create(root + path);
  }

  /** {@code GET}. */
  public Reply get(String path, String... headers) {
    return call("GET", path, "", headers);
  }

  /** {@code DELETE}. */
  public Reply delete(String path, String... headers) {
    return call("DELETE", path, "", headers);
  }

  /** {@code POST} of an object in JSON. */
  public Reply post(String path, String json) {
    return call("POST", path, json, "Content-Type", "application/json");
  }

  /** {@code PUT} of an object in JSON. */
  public Reply put(String path, String json) {
    return call("PUT", path, json, "Content-Type", "application/json");
  }

  /** Sends a payload to a queue. */
  public Reply send(String queue, String payload, String... headers) {
    return call("POST", "/v1/queues/" + queue + "/messages", payload, headers);
  }

  /** Leases what is there or comes of a queue; empty only if nothing comes at all. */
  public JsonNode lease(String queue) {
    String request = "{\"max\":10,\"wait\":\"" + BOUND.toSeconds() + "s\"}";
    return post("/v1/queues/" + queue + ":lease", request).json().path("deliveries");
  }

  /** Any request; the headers are names and values in turn. */
  public Reply call(String method, String path, String body, String... headers) {
    return call(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Any request; the headers are names and values in turn. */
  public Reply call(String method, String path, byte[] body, String... headers) {
    return callAsync(method, path, body, headers).join();
  }

  /** Any request, whose answer is to come. */
  public CompletableFuture<Reply> callAsync(
      String method, String path, byte[] body, String... headers) {
    HttpRequest request = request(method, path, body, headers);
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(
            response -> {
              Reply reply = new Reply(response.statusCode(), response.headers(), response.body());
              Contract.get()
                  .check(
                      method,
                      request.uri().getRawPath(),
                      reply.status(),
                      reply.header("Content-Type"));
              return reply;
            });
  }

  /** The lines of an answer that does not end. */
  public Stream<String> stream(String path) throws IOException, InterruptedException {
    return client
        .send(request("GET", path, new byte[0]), HttpResponse.BodyHandlers.ofLines())
        .body();
  }

  private HttpRequest request(String method, String path, byte[] body, String... headers) {
    HttpRequest.BodyPublisher publisher =
        body.length == 0 && (method.equals("GET") || method.equals("DELETE"))
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(body);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).timeout(TIMEOUT).method(method, publisher);
    if (always.length > 0) {
      request.headers(always);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }
}
