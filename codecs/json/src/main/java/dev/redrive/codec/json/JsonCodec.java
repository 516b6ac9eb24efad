// SPDX-License-Identifier: Apache-2.0

package dev.redrive.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.redrive.Codec;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Payloads as JSON, by Jackson.
 *
 * <pre>{@code
 * QueueOptions.builder("orders", JsonCodec.of(Order.class)).build();
 * }</pre>
 *
 * <p>Reading is bounded: nesting to 100 levels, numbers to 1,000 characters, strings and documents
 * to 16 MiB. A payload that holds more than one value, none, or {@code null} is undecodable. A
 * property that the type does not have is passed over, so that a new sender does not break an old
 * consumer. The class never depends on what the payload says. Thread-safe.
 *
 * @param <T> the payload's type
 */
public final class JsonCodec<T> implements Codec<T> {
  private static final int DEPTH_MAX = 100;
  private static final int NUMBER_CHARS_MAX = 1_000;
  private static final int BYTES_MAX = 16 * 1_024 * 1_024;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxNumberLength(NUMBER_CHARS_MAX)
                          .maxStringLength(BYTES_MAX)
                          .maxDocumentLength(BYTES_MAX)
                          .build())
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .findAndAddModules()
          .build();

  private final ObjectMapper mapper;
  private final JavaType type;
  private final ObjectReader reader;
  private final ObjectWriter writer;

  private JsonCodec(ObjectMapper mapper, JavaType type) {
    this.mapper = mapper;
    this.type = type;
    this.reader = mapper.readerFor(type);
    this.writer = mapper.writerFor(type);
  }

  /** Payloads of this class, with the modules of Jackson that are on the class path. */
  public static <T> JsonCodec<T> of(Class<T> type) {
    return of(type, MAPPER);
  }

  /** Payloads of this class, by a mapper of your own, whose bounds and rules then hold. */
  public static <T> JsonCodec<T> of(Class<T> type, ObjectMapper mapper) {
    return new JsonCodec<>(mapper, mapper.constructType(type));
  }

  /**
   * The payload in JSON.
   *
   * @throws IllegalArgumentException if Jackson cannot write it, saying where
   */
  @Override
  public byte[] encode(T payload) {
    Objects.requireNonNull(payload, "payload");
    try {
      return writer.writeValueAsBytes(payload);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "this payload cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The payload of these bytes.
   *
   * @throws IOException if they are no JSON of this type
   */
  @Override
  public T decode(byte[] bytes) throws IOException {
    T payload = reader.readValue(bytes);
    if (payload == null) {
      throw new IOException("the payload is null");
    }
    return payload;
  }

  /** True for a codec of the same type by the same mapper. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonCodec<?> codec && type.equals(codec.type) && mapper == codec.mapper;
  }

  @Override
  public int hashCode() {
    return type.hashCode();
  }
}
