// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import dev.redrive.Outgoing;
import dev.redrive.retry.DurationText;
import dev.redrive.server.http.Problem;
import dev.redrive.server.json.Nearest;
import dev.redrive.server.json.TimeText;
import io.vertx.core.MultiMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The headers of a request as settings and headers of a message. Of the request's own headers, the
 * content type, the request id and the trace context travel with the message; all others of the
 * sender's choice are named {@code Redrive-Header-…}, so that what a proxy or a browser added stays
 * behind.
 */
final class RequestHeaders {
  private static final String OWN = "redrive-";
  private static final String USER = "redrive-header-";
  private static final Set<String> KEPT =
      Set.of("content-type", "x-request-id", "traceparent", "tracestate", "baggage");

  /** Lists by definition: several lines are one, joined by commas. */
  private static final Set<String> LISTS = Set.of("tracestate", "baggage");

  private static final List<String> SETTINGS =
      List.of(
          "Redrive-Id",
          "Redrive-Token",
          "Redrive-Delay",
          "Redrive-Deliver-At",
          "Redrive-Deadline",
          "Redrive-Key",
          "Redrive-Priority",
          "Redrive-Header-…");

  private final List<String> problems = new ArrayList<>();
  private final Map<String, String> settings = new HashMap<>();
  private final Map<String, String> headers = new HashMap<>();

  private final Function<String, String> tokens;

  private RequestHeaders(Function<String, String> tokens) {
    this.tokens = tokens;
  }

  /**
   * The message of this payload.
   *
   * @param tokens the id that a token stands for
   * @throws dev.redrive.server.http.ProblemException naming every mistake
   */
  static Outgoing<byte[]> message(MultiMap headers, byte[] body, Function<String, String> tokens) {
    RequestHeaders read = new RequestHeaders(tokens);
    headers.forEach(read::sort);
    Outgoing<byte[]> message = read.apply(Outgoing.of(body));
    if (!read.problems.isEmpty()) {
      throw Problem.invalid(read.problems).asException();
    }
    return message;
  }

  /**
   * Refuses what would set something for one message, where there are many.
   *
   * @throws dev.redrive.server.http.ProblemException naming every such header
   */
  static void refuseSettings(MultiMap headers) {
    List<String> misplaced =
        headers.names().stream()
            .filter(name -> isSetting(name.toLowerCase(Locale.ROOT)))
            .map(
                name -> "the header " + name + " is for one message: in a batch, each line says it")
            .toList();
    if (!misplaced.isEmpty()) {
      throw Problem.invalid(misplaced).asException();
    }
  }

  private static boolean isSetting(String name) {
    return name.startsWith(OWN) || name.equals("idempotency-key");
  }

  private void sort(String written, String value) {
    String name = written.toLowerCase(Locale.ROOT);
    if (KEPT.contains(name)) {
      keep(name, text(written, value));
    } else if (name.startsWith(USER)) {
      keep(name.substring(USER.length()), text(written, value));
    } else if (isSetting(name)) {
      if (settings.putIfAbsent(name, text(written, value)) != null) {
        problems.add("the header " + written + " is given twice");
      }
    }
  }

  private void keep(String name, String value) {
    String before = headers.putIfAbsent(name, value);
    if (before != null && LISTS.contains(name)) {
      headers.put(name, before + "," + value);
    } else if (before != null) {
      problems.add("the header " + name + " is given twice");
    }
  }

  private Outgoing<byte[]> apply(Outgoing<byte[]> bare) {
    String idempotencyKey = settings.remove("idempotency-key");
    if (idempotencyKey != null) {
      String id = settings.putIfAbsent("redrive-id", idempotencyKey);
      if (id != null && !id.equals(idempotencyKey)) {
        problems.add("Redrive-Id and Idempotency-Key differ: give only one of them");
      }
    }
    if (settings.containsKey("redrive-token") && settings.containsKey("redrive-id")) {
      problems.add("Redrive-Token excludes Redrive-Id and Idempotency-Key: it brings an id along");
    }
    if (settings.containsKey("redrive-delay") && settings.containsKey("redrive-deliver-at")) {
      problems.add("Redrive-Delay and Redrive-Deliver-At exclude each other: give only one");
    }
    Outgoing<byte[]> message = headers.isEmpty() ? bare : bare.headers(headers);
    message = setting("redrive-id", message, Outgoing::id);
    message = setting("redrive-token", message, (m, text) -> m.id(tokens.apply(text)));
    message = setting("redrive-key", message, Outgoing::key);
    message = setting("redrive-delay", message, (m, text) -> m.after(DurationText.parse(text)));
    message = setting("redrive-deliver-at", message, (m, text) -> m.at(TimeText.parse(text)));
    message = setting("redrive-deadline", message, (m, text) -> m.deadline(TimeText.parse(text)));
    message = setting("redrive-priority", message, (m, text) -> m.priority(digit(text)));
    for (String name : settings.keySet()) {
      problems.add("the header " + name + " is unknown" + Nearest.hint(name, SETTINGS));
    }
    return message;
  }

  private static int digit(String text) {
    if (text.length() != 1 || text.charAt(0) < '0' || text.charAt(0) > '9') {
      throw new IllegalArgumentException("must be a digit, 0 to 9, not " + text);
    }
    return text.charAt(0) - '0';
  }

  private Outgoing<byte[]> setting(
      String name,
      Outgoing<byte[]> message,
      BiFunction<Outgoing<byte[]>, String, Outgoing<byte[]>> apply) {
    String value = settings.remove(name);
    if (value == null) {
      return message;
    }
    try {
      return apply.apply(message, value);
    } catch (IllegalArgumentException e) {
      problems.add("the header " + name + ": " + e.getMessage());
      return message;
    }
  }

  /** Header bytes come as one char each; beyond ASCII they must be UTF-8. */
  private String text(String name, String value) {
    if (value.chars().allMatch(c -> c < 0x80)) {
      return value;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      problems.add("the header " + name + " is no UTF-8");
      return "";
    }
  }
}
