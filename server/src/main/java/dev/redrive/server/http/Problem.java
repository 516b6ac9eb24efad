// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import dev.redrive.server.json.Json;
import java.util.List;
import java.util.Map;

/**
 * A problem document (RFC 9457).
 *
 * @param status the HTTP status
 * @param word what the problem's kind is called in its type, the same in all versions
 * @param title the kind, for people
 * @param detail what is wrong here and what to do
 * @param problems each mistake, where there are several
 * @param headers what the answer says besides, such as {@code Retry-After}
 */
public record Problem(
    int status,
    String word,
    String title,
    String detail,
    List<String> problems,
    Map<String, String> headers) {
  private static final String TYPE = "urn:redrive:problem:";

  /** A problem with one mistake. */
  public static Problem of(int status, String word, String title, String detail) {
    return new Problem(status, word, title, detail, List.of(), Map.of());
  }

  /** The request is wrong in these ways. */
  public static Problem invalid(List<String> problems) {
    return new Problem(
        400,
        "invalid-request",
        "The request is not valid",
        String.join("; ", problems),
        problems.size() > 1 ? problems : List.of(),
        Map.of());
  }

  /** The request is wrong. */
  public static Problem invalid(String detail) {
    return invalid(List.of(detail));
  }

  /** There is no such thing. */
  public static Problem notFound(String word, String detail) {
    return of(404, word, "Not found", detail);
  }

  /** The same, with the time after which to come again. */
  public Problem retryAfter(int seconds) {
    return with("Retry-After", Integer.toString(seconds));
  }

  /** The same, with this as its only header. */
  public Problem with(String header, String value) {
    return new Problem(status, word, title, detail, problems, Map.of(header, value));
  }

  /** As an exception, for code that cannot go on. */
  public ProblemException asException() {
    return new ProblemException(this);
  }

  /** The stable name of the kind. */
  public String type() {
    return TYPE + word;
  }

  byte[] json() {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("type", type());
          json.writeStringField("title", title);
          json.writeNumberField("status", status);
          json.writeStringField("detail", detail);
          if (!problems.isEmpty()) {
            json.writeArrayFieldStart("problems");
            for (String problem : problems) {
              json.writeString(problem);
            }
            json.writeEndArray();
          }
          json.writeEndObject();
        });
  }
}
