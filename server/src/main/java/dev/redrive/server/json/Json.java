// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON, read with bounds and written without reflection. Thread-safe. */
public final class Json {
  private static final int DEPTH_MAX = 64;
  private static final int NUMBER_CHARS_MAX = 100;
  private static final int NAME_CHARS_MAX = 1_000;
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** Makes parsers and generators; a repeated name and too deep a nesting are refused. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(NUMBER_CHARS_MAX)
                  .maxNameLength(NAME_CHARS_MAX)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY).build();

  /** Writes one document. */
  @FunctionalInterface
  public interface Writer {
    /** Writes to the generator, and leaves it open. */
    void write(JsonGenerator json) throws IOException;
  }

  private Json() {}

  /**
   * Reads an object.
   *
   * @throws IllegalArgumentException if these bytes are none; the message says where and why
   */
  public static Map<String, Object> object(byte[] bytes) {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("is no JSON object: begin it with {");
      }
      Map<String, Object> object = MAPPER.readValue(parser, OBJECT);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("goes on after the end of its JSON object");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("is no sound JSON: " + where(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value at which the parser stands, as a tree; the parser then stands at its end. */
  public static @Nullable Object value(JsonParser parser) throws IOException {
    return MAPPER.readValue(parser, Object.class);
  }

  /** The place and the cause of a mistake, without a piece of the text. */
  public static String where(JsonProcessingException e) {
    // Behind the parenthesis Jackson says where it is from, which it was told to keep to itself.
    String cause = e.getOriginalMessage().replaceFirst(" \\(start marker at .*", "");
    return e.getLocation() == null
        ? cause
        : "line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ": "
            + cause;
  }

  /** The bytes of what the writer writes. */
  public static byte[] bytes(Writer writer) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder();
        JsonGenerator json = FACTORY.createGenerator(bytes)) {
      writer.write(json);
      json.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("an answer could not be written", e);
    }
  }

  /** Writes any tree of maps, lists, texts, numbers and booleans. */
  public static void tree(JsonGenerator json, Object tree) throws IOException {
    MAPPER.writeValue(json, tree);
  }
}
