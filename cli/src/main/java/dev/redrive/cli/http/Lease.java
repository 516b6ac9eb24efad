// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A message that this worker may settle.
 *
 * @param token names the lease
 * @param id the message's id
 * @param queue its queue
 * @param attempt which attempt this is, from 1
 * @param key its key, if it has one
 * @param firstSeen when it was sent, as the server writes it
 * @param deadline when it becomes worthless, if ever
 * @param requestId the request that caused it, if known
 * @param headers its headers
 * @param body its payload, byte for byte; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // A lease is never compared.
public record Lease(
    String token,
    String id,
    String queue,
    int attempt,
    Optional<String> key,
    String firstSeen,
    Optional<String> deadline,
    Optional<String> requestId,
    Map<String, String> headers,
    byte[] body) {

  static Lease of(JsonNode json) {
    return new Lease(
        json.path("lease").asText(),
        json.path("id").asText(),
        json.path("queue").asText(),
        json.path("attempt").asInt(),
        Json.text(json, "key"),
        json.path("firstSeen").asText(),
        Json.text(json, "deadline"),
        Json.text(json, "requestId"),
        headers(json.path("headers")),
        payload(json));
  }

  private static Map<String, String> headers(JsonNode json) {
    Map<String, String> headers = new LinkedHashMap<>();
    json.properties().forEach(field -> headers.put(field.getKey(), field.getValue().asText()));
    return Collections.unmodifiableMap(headers);
  }

  /** The payload of a delivery or a dead letter. */
  public static byte[] payload(JsonNode json) {
    return json.has("bodyBase64")
        ? Base64.getDecoder().decode(json.path("bodyBase64").asText())
        : json.path("body").asText("").getBytes(StandardCharsets.UTF_8);
  }
}
