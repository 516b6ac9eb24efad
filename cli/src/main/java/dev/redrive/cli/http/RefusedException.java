// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;

/** The server answered, and the answer is no: what its problem document says (RFC 9457). */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private static final String TYPE = "urn:redrive:problem:";

  private final int status;
  private final String word;
  private final String detail;

  /** The server's answer with this status and, if it had one, this problem document. */
  public RefusedException(int status, JsonNode problem) {
    this(
        status,
        problem.path("type").asText(""),
        problem.path("title").asText(""),
        problem.path("detail").asText(""));
  }

  private RefusedException(int status, String type, String title, String detail) {
    super(title.isBlank() ? "the server answered " + status : title);
    this.status = status;
    this.word = type.startsWith(TYPE) ? type.substring(TYPE.length()) : "";
    this.detail = detail;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** What the kind of problem is called, the same in all versions; empty if it was not said. */
  public String word() {
    return word;
  }

  /** What exactly is wrong, if the server said it. */
  public Optional<String> detail() {
    return Optional.of(detail).filter(text -> !text.isBlank());
  }

  /** True if the same request may be accepted later: too many requests, or the server is busy. */
  public boolean isTransient() {
    return status == 429 || status == 408 || (status >= 500 && status != 501);
  }
}
