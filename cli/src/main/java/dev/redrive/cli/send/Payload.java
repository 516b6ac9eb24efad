// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.send;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.FailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is to be sent. */
public final class Payload {
  private static final ObjectReader WHOLE_JSON =
      Api.JSON.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Payload() {}

  /** The content type that these bytes look like: JSON, text, or just bytes. */
  public static String contentType(byte[] body) {
    if (isJson(body)) {
      return "application/json";
    }
    return isText(body) ? "text/plain; charset=utf-8" : "application/octet-stream";
  }

  private static boolean isJson(byte[] body) {
    boolean canBe = body.length > 0 && (body[0] == '{' || body[0] == '[');
    if (!canBe) {
      return false;
    }
    try {
      WHOLE_JSON.readTree(body);
      return true;
    } catch (JsonProcessingException e) {
      return false;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean isText(byte[] body) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The file's bytes. */
  public static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** How many bytes the file has. */
  public static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static FailedException unreadable(Path file, IOException cause) {
    return new FailedException(
        file + " cannot be read", "Check that the file is there and is yours.", cause);
  }
}
