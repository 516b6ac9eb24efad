// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.redrive.Outgoing;
import dev.redrive.server.json.Fields;
import dev.redrive.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads a line of a batch. A body that is a JSON value keeps its bytes as they stand in the line.
 */
final class BatchLine {
  private static final Duration DELAY_MAX = Duration.ofDays(36_500);

  private final byte[] line;
  private final Map<String, Object> fields = new LinkedHashMap<>();
  private Optional<byte[]> rawBody = Optional.empty();

  private BatchLine(byte[] line) {
    this.line = line;
  }

  /**
   * The message of a line.
   *
   * @throws IllegalArgumentException if the line is no JSON object
   * @throws dev.redrive.InvalidOptionsException naming every mistake in it
   */
  static Outgoing<byte[]> read(byte[] line) {
    BatchLine read = new BatchLine(line);
    try (JsonParser parser = Json.FACTORY.createParser(line)) {
      read.parse(parser);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the line is no sound JSON: " + Json.where(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read.message();
  }

  private void parse(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("the line is no JSON object: begin it with {");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("body") && value != JsonToken.VALUE_STRING) {
        rawBody = Optional.of(raw(parser, value));
      } else {
        fields.put(name, Json.value(parser));
      }
    }
    if (parser.nextToken() != null) {
      throw new IllegalArgumentException("the line goes on after its JSON object");
    }
  }

  private byte[] raw(JsonParser parser, JsonToken value) throws IOException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    if (!value.isStructStart()) {
      return parser.getText().getBytes(StandardCharsets.UTF_8);
    }
    parser.skipChildren();
    return Arrays.copyOfRange(line, start, (int) parser.currentLocation().getByteOffset());
  }

  private Outgoing<byte[]> message() {
    Fields read = Fields.of(fields);
    Map<String, String> headers = new HashMap<>(read.texts("headers"));
    Outgoing<byte[]> message = Outgoing.of(body(read, headers));
    Optional<String> requestId = read.text("requestId");
    requestId.ifPresent(id -> headers.put("x-request-id", id));
    if (read.has("delay") && read.has("deliverAt")) {
      read.problem("delay", "and `deliverAt` exclude each other: give only one");
    }
    message = read.text("id").map(message::id).orElse(message);
    message = read.text("key").map(message::key).orElse(message);
    message = read.duration("delay", Duration.ZERO, DELAY_MAX).map(message::after).orElse(message);
    message = read.time("deliverAt").map(message::at).orElse(message);
    message = read.time("deadline").map(message::deadline).orElse(message);
    OptionalLong priority = read.number("priority", 0, 9);
    message = priority.isPresent() ? message.priority((int) priority.getAsLong()) : message;
    read.endOrThrow("line");
    return headers.isEmpty() ? message : message.headers(headers);
  }

  private byte[] body(Fields read, Map<String, String> headers) {
    Optional<String> text = read.anyText("body");
    Optional<byte[]> base64 =
        read.anyText("bodyBase64")
            .flatMap(coded -> read.attempt("bodyBase64", () -> Base64.getDecoder().decode(coded)));
    if ((text.isPresent() || rawBody.isPresent()) && read.has("bodyBase64")) {
      read.problem("body", "and `bodyBase64` exclude each other: give only one");
    }
    if (rawBody.isPresent()
        && headers.keySet().stream().noneMatch("content-type"::equalsIgnoreCase)) {
      headers.put("content-type", "application/json");
    }
    return rawBody
        .or(() -> text.map(each -> each.getBytes(StandardCharsets.UTF_8)))
        .or(() -> base64)
        .orElse(new byte[0]);
  }
}
