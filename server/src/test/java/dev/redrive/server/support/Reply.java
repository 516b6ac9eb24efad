// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpHeaders;
import java.util.List;

/** An answer of the server. */
public record Reply(int status, HttpHeaders headers, String body) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A header's value, or nothing. */
  public String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  /** The body as JSON. */
  public JsonNode json() {
    return json(body);
  }

  /** The body as one JSON document a line. */
  public List<JsonNode> lines() {
    return body.lines().map(Reply::json).toList();
  }

  /** A field of the body, as text; empty if it is not there. */
  public String text(String field) {
    return json().path(field).asText();
  }

  /** The kind of a problem document. */
  public String problem() {
    return text("type").replace("urn:redrive:problem:", "");
  }

  /** Reads JSON. */
  public static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }
}
