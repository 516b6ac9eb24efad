// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import dev.redrive.server.json.Fields;
import dev.redrive.server.json.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One request and its answer. Used on the event loop of its connection only, but for {@link #then}.
 */
public final class Exchange {
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence PROBLEM =
      HttpHeaders.createOptimized("application/problem+json");
  private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence NOSNIFF_NAME =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  private static final int SOON_SECONDS = 1;

  /** A request's object is small, however large a payload may be. */
  private static final int OBJECT_BYTES_MAX = 1 << 20;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private final Peer peer;
  private final Budget bodies;
  private Map<String, String> parameters = Map.of();
  private Map<String, String> query = Map.of();
  private String who = Guard.ANONYMOUS;
  private final List<Runnable> afterwards = new ArrayList<>(1);
  private long memory;

  Exchange(HttpServerRequest request, Context context, Peer peer, Budget bodies) {
    this.request = request;
    this.response = request.response();
    this.context = context;
    this.peer = peer;
    this.bodies = bodies;
    response.closeHandler(closed -> gone());
  }

  private void gone() {
    giveMemoryBack();
    afterwards.forEach(Runnable::run);
  }

  /**
   * Runs this, on the exchange's event loop, when the connection is closed before the answer has
   * ended: then nobody is there any more to take one.
   */
  public void whenGone(Runnable task) {
    if (isGone()) {
      task.run();
    } else {
      afterwards.add(task);
    }
  }

  /** What is found out before an endpoint is called. */
  void admit(Map<String, String> parameters, Map<String, String> query, String who) {
    this.parameters = parameters;
    this.query = query;
    this.who = who;
  }

  /** A parameter of the path. */
  public String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalStateException("the path has no parameter " + name);
    }
    return value;
  }

  /** A query parameter that is there and not empty. */
  public Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name)).filter(value -> !value.isEmpty());
  }

  /** The request, for its headers. */
  public HttpServerRequest request() {
    return request;
  }

  /** The response, for answers that are streamed. */
  public HttpServerResponse response() {
    return response;
  }

  /** The name of the key that the request came with. */
  public String who() {
    return who;
  }

  /** True if nobody is there any more to take an answer. */
  public boolean isGone() {
    return response.closed();
  }

  /** Reads the whole body, of at most this many bytes, and goes on with it. */
  public void body(int bytesMax, Consumer<byte[]> next) {
    new Body(this, bytesMax, next).read();
  }

  /** Reads an object in JSON, or an empty one if there is no body, and goes on with its fields. */
  public void object(Consumer<Fields> next) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null && !isJson(type)) {
      throw Problem.of(
              415,
              "unsupported-type",
              "Unsupported content type",
              "send `Content-Type: application/json`")
          .asException();
    }
    body(
        OBJECT_BYTES_MAX,
        bytes -> {
          if (bytes.length > 0 && type == null) {
            throw Problem.of(
                    415,
                    "unsupported-type",
                    "Unsupported content type",
                    "send `Content-Type: application/json` with the body")
                .asException();
          }
          next.accept(Fields.of(bytes.length == 0 ? Map.of() : parse(bytes)));
        });
  }

  private static Map<String, Object> parse(byte[] bytes) {
    try {
      return Json.object(bytes);
    } catch (IllegalArgumentException e) {
      throw Problem.invalid("the body " + e.getMessage()).asException();
    }
  }

  private static boolean isJson(String type) {
    int end = type.indexOf(';');
    String essence = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return essence.equals("application/json");
  }

  /**
   * Takes this many bytes more of what all requests may hold at once; they are given back when the
   * exchange ends.
   *
   * @throws ProblemException if there are not so many left
   */
  public void memory(long bytes) {
    if (!bodies.take(bytes)) {
      throw Problem.of(
              503,
              "busy",
              "Too many requests at once",
              "the requests under way hold as much as this server has room for: send it again soon")
          .retryAfter(SOON_SECONDS)
          .asException();
    }
    if (memory == 0) {
      response.endHandler(ended -> giveMemoryBack());
    }
    memory += bytes;
  }

  private void giveMemoryBack() {
    bodies.give(memory);
    memory = 0;
  }

  /** Reads a body piece by piece; see {@link BodyStream}. */
  public BodyStream stream() {
    return new BodyStream(this, peer);
  }

  /**
   * Goes on with the stage's value on this exchange's event loop, or answers with its failure. May
   * be called, and the stage completed, on any thread.
   */
  public <T> void then(CompletionStage<T> stage, Consumer<T> next) {
    stage.whenComplete(
        (value, failure) ->
            onLoop(
                () -> {
                  if (failure != null) {
                    fail(failure);
                  } else {
                    guarded(() -> next.accept(value));
                  }
                }));
  }

  /** Runs this on the exchange's event loop: now if called there, else soon. */
  public void onLoop(Runnable task) {
    if (Vertx.currentContext() == context) {
      task.run();
    } else {
      context.runOnContext(ignored -> task.run());
    }
  }

  /** Runs this on the exchange's event loop, but not now. */
  public void soon(Runnable task) {
    context.runOnContext(ignored -> task.run());
  }

  /** Runs this, and answers with what it throws. */
  public void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException failure) {
      fail(failure);
    }
  }

  /** Answers with a JSON document. */
  public void json(int status, Json.Writer writer) {
    answer(status, JSON, Json.bytes(writer));
  }

  /** Answers with a text of some type. */
  public void text(String contentType, byte[] bytes) {
    answer(200, contentType, bytes);
  }

  /** Breaks the connection off. */
  public void abort() {
    peer.abort();
  }

  /** Answers that it is done. */
  public void done() {
    if (begin(204)) {
      finish(response.end());
    }
  }

  /** Answers with what became of a failure. */
  public void fail(Throwable failure) {
    fail(Failures.problem(failure));
  }

  /** Answers with a problem; a connection with an unread body is closed afterwards. */
  public void fail(Problem problem) {
    if (response.headWritten()) {
      // The answer had begun: breaking it off is the only way left to say so.
      peer.close();
      return;
    }
    if (!begin(problem.status())) {
      return;
    }
    problem.headers().forEach(response::putHeader);
    if (problem.headers().containsKey("Connection")) {
      peer.last();
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, PROBLEM);
    end(Buffer.buffer(problem.json()));
  }

  private void end(Buffer rest) {
    if (request.isEnded() || !hasBody()) {
      finish(response.end(rest));
      return;
    }
    // A connection that is closed while the other side still sends loses the answer, so what is
    // left
    // of the body is read and dropped for a while.
    if (!response.headWritten()) {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    peer.await(Peer.Awaited.LINGERING);
    request.handler(dropped -> {});
    request.exceptionHandler(broken -> peer.close());
    request.endHandler(read -> peer.close());
    request.resume();
    response.end(rest);
  }

  private boolean hasBody() {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null
        ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        : !length.equals("0");
  }

  private void answer(int status, CharSequence contentType, byte[] bytes) {
    if (begin(status)) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
      end(Buffer.buffer(bytes));
    }
  }

  private void finish(Future<Void> written) {
    peer.await(Peer.Awaited.READING);
    written.onComplete(done -> peer.taken());
  }

  /** Ends a streamed answer. */
  public void end() {
    if (!response.ended() && !response.closed()) {
      end(Buffer.buffer());
    }
  }

  /** Begins an answer, also a streamed one. False if it is too late for one. */
  public boolean begin(int status) {
    if (response.ended() || response.closed()) {
      return false;
    }
    response.setStatusCode(status);
    response.putHeader(NOSNIFF_NAME, NOSNIFF);
    response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
    return true;
  }
}
