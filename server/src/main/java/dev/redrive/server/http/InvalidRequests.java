// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * Requests that two readers could understand differently are refused, and their connections closed:
 * that is how a request is smuggled past a proxy. The decoder refuses most by itself (two lengths,
 * length and chunks, bare line feeds, spaces before colons); the rest is refused here.
 */
final class InvalidRequests {
  private InvalidRequests() {}

  /** Answers a request that the decoder could not read. */
  static void answer(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    Problem problem =
        cause instanceof TooLongHttpLineException
            ? Problem.of(
                414,
                "address-too-long",
                "The address is too long",
                "use an address of at most 8 KiB")
            : cause instanceof TooLongHttpHeaderException
                ? Problem.of(
                    431,
                    "headers-too-large",
                    "The headers are too large",
                    "send headers of at most 32 KiB together")
                : malformed("it is no sound HTTP/1.1");
    request
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(Buffer.buffer(problem.json()))
        .onComplete(done -> request.connection().close());
  }

  /**
   * Checks what the decoder lets through.
   *
   * @throws ProblemException that closes the connection
   */
  static void check(HttpServerRequest request) {
    if (request.headers().getAll(HttpHeaders.HOST).size() != 1) {
      throw malformed("it must have exactly one Host header").asException();
    }
    List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    if (codings.size() > 1
        || (codings.size() == 1 && !codings.get(0).equalsIgnoreCase("chunked"))) {
      throw malformed("its only Transfer-Encoding may be `chunked`").asException();
    }
    String target = request.uri();
    if (!target.startsWith("/") || target.indexOf('#') >= 0) {
      throw malformed("its target must be a path that begins with /").asException();
    }
    if (!isVisibleAscii(target)) {
      throw malformed("its target must be visible ASCII: write other characters as %XX")
          .asException();
    }
  }

  private static boolean isVisibleAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static Problem malformed(String what) {
    return Problem.of(400, "malformed-request", "The request is malformed", what)
        .with("Connection", "close");
  }
}
