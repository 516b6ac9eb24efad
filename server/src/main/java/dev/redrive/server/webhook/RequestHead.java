// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.util.List;

/**
 * The headers of one request: the message's, over them the destination's, over these the system's.
 */
final class RequestHead {
  private static final CharSequence WEBHOOK_ID = HttpHeaders.createOptimized("webhook-id");
  private static final CharSequence WEBHOOK_TIMESTAMP =
      HttpHeaders.createOptimized("webhook-timestamp");
  private static final CharSequence WEBHOOK_SIGNATURE =
      HttpHeaders.createOptimized("webhook-signature");
  private static final CharSequence REDRIVE = HttpHeaders.createOptimized("Redrive");

  private final MultiMap headers;
  private final String id;
  private final List<Secret> secrets;
  private final byte[] body;

  private RequestHead(MultiMap headers, String id, List<Secret> secrets, byte[] body) {
    this.headers = headers;
    this.id = id;
    this.secrets = secrets;
    this.body = body;
  }

  /**
   * Puts together what is the same at every try.
   *
   * @throws IllegalArgumentException when the message has a header that HTTP cannot carry; says
   *     which
   */
  static RequestHead of(Destination destination, OutgoingRequest request) {
    MultiMap headers = HttpHeaders.headers();
    headers.set(HttpHeaders.USER_AGENT, REDRIVE);
    request.headers().forEach((name, value) -> add(headers, name, value));
    destination.headers().forEach((name, value) -> headers.set(name, HeaderRules.wire(value)));
    if (request.contentType().isBlank() || !HeaderRules.isValue(request.contentType())) {
      throw new IllegalArgumentException("the message's content type is empty or has a line break");
    }
    headers.set(HttpHeaders.CONTENT_TYPE, HeaderRules.wire(request.contentType()));
    String id = WebhookId.of(request.id());
    headers.set(WEBHOOK_ID, id);
    return new RequestHead(headers, id, destination.secrets(), request.body());
  }

  /** Dates and signs the request, anew at every try. */
  MultiMap signed(Instant now) {
    long timestamp = now.getEpochSecond();
    headers.set(WEBHOOK_TIMESTAMP, Long.toString(timestamp));
    if (!secrets.isEmpty()) {
      headers.set(WEBHOOK_SIGNATURE, Signer.sign(secrets, id, timestamp, body));
    }
    return headers;
  }

  byte[] body() {
    return body;
  }

  private static void add(MultiMap headers, String name, String value) {
    if (!HeaderRules.isName(name)) {
      throw new IllegalArgumentException("a header of the message has a malformed name");
    }
    if (HeaderRules.travels(name)) {
      if (!HeaderRules.isValue(value)) {
        throw new IllegalArgumentException(
            "the message's header " + name + " has a line break or a control character");
      }
      headers.set(name, HeaderRules.wire(value));
    }
  }
}
