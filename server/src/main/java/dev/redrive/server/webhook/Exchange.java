// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on one connection. All of it happens on the connection's event loop.
 *
 * <p>An answer of 2xx counts from its head on: the receiver has said what matters, and the body is
 * only read to free the connection. Any other answer is known by its head too, but is reported with
 * the beginning of its body, however that body ends.
 */
final class Exchange {
  /** Hears, on the connection's event loop, what comes of an exchange. */
  interface Listener {
    /**
     * The head of the answer is here.
     *
     * @param isWhole true if no body follows, so that it is over at once
     */
    void head(int status, boolean isWhole);

    /** An answer other than 2xx has ended, or as much of it as is read. */
    void rejected(int status, @Nullable String retryAfter, String excerpt);

    /** There will be no answer. */
    void broken(Throwable cause);

    /**
     * Nothing more will be heard; says whether the connection may serve again. Called once, last.
     */
    void over(boolean reusable);
  }

  private static final int NO_CONTENT = 204;
  private static final String NOTHING = "0";

  private final Connection connection;
  private final Listener listener;
  private Future<Void> written = Future.failedFuture("not written yet");
  private @Nullable HttpClientResponse response; // Absent until the head is here.
  private @Nullable BodyExcerpt body; // Absent until the head is here.
  private boolean over;

  Exchange(Connection connection, Listener listener) {
    this.connection = connection;
    this.listener = listener;
  }

  /** Sends the request. */
  void start(WebhookUrl url, MultiMap headers, Buffer payload) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(url.host())
            .setPort(url.port())
            .setURI(url.target())
            .setFollowRedirects(false)
            .setHeaders(headers);
    connection
        .http()
        .request(options)
        .onComplete(
            opened -> {
              if (opened.succeeded()) {
                send(opened.result(), payload);
              } else {
                broken(opened.cause());
              }
            });
  }

  /** Ends the exchange now. What is known of an answer is still reported. */
  void abort(Throwable cause) {
    if (response == null) {
      broken(cause);
    } else {
      end(false);
    }
  }

  private void send(HttpClientRequest request, Buffer payload) {
    request
        .response()
        .onComplete(
            answered -> {
              if (answered.succeeded()) {
                head(answered.result());
              } else {
                broken(answered.cause());
              }
            });
    written = request.end(payload);
  }

  private void head(HttpClientResponse head) {
    if (over) {
      return;
    }
    BodyExcerpt read = new BodyExcerpt(!isSuccess(head.statusCode()));
    response = head;
    body = read;
    head.exceptionHandler(cause -> end(false));
    head.endHandler(v -> end(true));
    head.handler(
        part -> {
          if (!over && !read.add(part)) {
            end(false);
          }
        });
    listener.head(head.statusCode(), hasNoBody(head));
  }

  private void broken(Throwable cause) {
    if (!over) {
      over = true;
      listener.broken(cause);
      listener.over(false);
    }
  }

  private void end(boolean complete) {
    HttpClientResponse head = response;
    if (over || head == null || body == null) {
      return;
    }
    over = true;
    if (!isSuccess(head.statusCode())) {
      String encoding = head.getHeader(HttpHeaders.CONTENT_ENCODING);
      listener.rejected(
          head.statusCode(), head.getHeader(HttpHeaders.RETRY_AFTER), body.text(encoding));
    }
    listener.over(complete && staysOpen(head));
  }

  /**
   * Whether both sides are done and mean to go on; an answer that came before its request was
   * written ends it.
   */
  private boolean staysOpen(HttpClientResponse head) {
    String said = head.getHeader(HttpHeaders.CONNECTION);
    boolean persistent =
        head.version() == HttpVersion.HTTP_1_1
            ? said == null || !said.toLowerCase(Locale.ROOT).contains("close")
            : said != null && said.equalsIgnoreCase("keep-alive");
    return persistent && head.statusCode() >= 200 && written.succeeded();
  }

  private static boolean hasNoBody(HttpClientResponse head) {
    return head.statusCode() == NO_CONTENT
        || NOTHING.equals(head.getHeader(HttpHeaders.CONTENT_LENGTH));
  }

  private static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }
}
