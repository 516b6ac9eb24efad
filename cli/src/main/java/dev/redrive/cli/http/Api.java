// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A Redrive server's HTTP API. Thread-safe. Each call fails with {@link UnreachableException} where
 * no answer comes and with {@link RefusedException} where the answer is not a success.
 */
public final class Api {
  /** Reads and writes JSON. */
  public static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
  private static final int PROBLEM_BYTES_MAX = 64 * 1024;
  private static final int REDIRECT_MIN = 300;

  private final URI base;
  private final Optional<String> key;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_MAX)
          .build();

  /**
   * The server at this address.
   *
   * @param key the API key, if the server wants one
   */
  public Api(URI base, Optional<String> key) {
    this.base = base;
    this.key = key;
  }

  /** Where the server is. */
  public URI base() {
    return base;
  }

  /** One segment of a path, or a value of a query, encoded. */
  public static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A new JSON object. */
  public static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** Gets. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return call("GET", path, BodyPublishers.noBody(), Map.of());
  }

  /** Deletes. */
  public JsonNode delete(String path) throws IOException, InterruptedException {
    return call("DELETE", path, BodyPublishers.noBody(), Map.of());
  }

  /** Posts nothing. */
  public JsonNode post(String path) throws IOException, InterruptedException {
    return call("POST", path, BodyPublishers.noBody(), Map.of());
  }

  /** Posts JSON. */
  public JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
    return call("POST", path, json(body), Map.of("content-type", "application/json"));
  }

  /** Puts JSON. */
  public JsonNode put(String path, JsonNode body) throws IOException, InterruptedException {
    return call("PUT", path, json(body), Map.of("content-type", "application/json"));
  }

  /** Posts bytes, as they are, under these request headers. */
  public JsonNode post(String path, byte[] body, Map<String, String> headers)
      throws IOException, InterruptedException {
    return call("POST", path, BodyPublishers.ofByteArray(body), headers);
  }

  private static BodyPublisher json(JsonNode body) {
    return BodyPublishers.ofString(body.toString());
  }

  private JsonNode call(String method, String path, BodyPublisher body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path).timeout(ANSWER_MAX).method(method, body);
    headers.forEach(request::header);
    try (InputStream answer = exchange(request.build()).body()) {
      return parse(answer.readAllBytes());
    } catch (JsonProcessingException e) {
      throw notRedrive(e);
    }
  }

  private JsonNode parse(byte[] answer) throws IOException {
    return answer.length == 0 ? MissingNode.getInstance() : JSON.readTree(answer);
  }

  private IOException notRedrive(JsonProcessingException cause) {
    return new UnreachableException(
        base, new IOException("something else than Redrive answers there", cause));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(resolve(path));
    key.ifPresent(secret -> request.header("authorization", "Bearer " + secret));
    return request;
  }

  private URI resolve(String path) {
    String prefix = base.toString();
    return URI.create(
        (prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + path);
  }

  private HttpResponse<InputStream> exchange(HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> response;
    try {
      response = client.send(request, BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new UnreachableException(base, e);
    }
    if (response.statusCode() >= REDIRECT_MIN) {
      throw refusal(response);
    }
    return response;
  }

  private static RefusedException refusal(HttpResponse<InputStream> response) throws IOException {
    try (InputStream body = response.body()) {
      byte[] problem = body.readNBytes(PROBLEM_BYTES_MAX);
      return new RefusedException(response.statusCode(), JSON.readTree(problem));
    } catch (JsonProcessingException e) {
      return new RefusedException(response.statusCode(), MissingNode.getInstance());
    }
  }

  /** Posts lines of JSON; what is read from the stream are the answer's lines. */
  public InputStream postLines(String path, byte[] lines) throws IOException, InterruptedException {
    return exchange(
            request(path)
                .timeout(ANSWER_MAX)
                .header("content-type", "application/x-ndjson")
                .POST(BodyPublishers.ofByteArray(lines))
                .build())
        .body();
  }

  /** True if there is a page for people at this path. */
  public boolean isPage(String path) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        exchange(request(path).timeout(ANSWER_MAX).header("accept", "text/html").GET().build());
    try (InputStream body = answer.body()) {
      body.readNBytes(PROBLEM_BYTES_MAX);
    }
    return answer.headers().firstValue("content-type").orElse("").startsWith("text/html");
  }

  /** Opens a stream of events that goes on until it is closed or breaks. */
  public InputStream events(String path) throws IOException, InterruptedException {
    return exchange(request(path).header("accept", "text/event-stream").GET().build()).body();
  }
}
