// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;

/** The server answered, and the answer is no: what its problem document says (RFC 9457). */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String detail;
  private final String hint;

  /** The server's answer with this status and, if it had one, this problem document. */
  public RefusedException(int status, JsonNode problem) {
    this(
        status,
        problem.path("title").asText(""),
        problem.path("detail").asText(""),
        problem.path("hint").asText(""));
  }

  private RefusedException(int status, String title, String detail, String hint) {
    super(title.isBlank() ? "the server answered " + status : title);
    this.status = status;
    this.detail = detail;
    this.hint = hint;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** What exactly is wrong, if the server said it. */
  public Optional<String> detail() {
    return Optional.of(detail).filter(text -> !text.isBlank());
  }

  /** What to do about it, if the server said it. */
  public Optional<String> hint() {
    return Optional.of(hint).filter(text -> !text.isBlank());
  }

  /** True if the same request may be accepted later: too many requests, or the server is busy. */
  public boolean isTransient() {
    return status == 429 || status == 408 || (status >= 500 && status != 501);
  }
}
