// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.Replay;
import dev.redrive.spi.WireHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a message looks on RabbitMQ: its payload as it is, its id as {@code message-id}, all else in
 * headers, which {@code docs/spec/wire.md} lists.
 */
final class Wire {
  /** A dead letter's headers, beside those of a message. */
  static final String DIED_AT = "redrive-died-at";

  static final String REASON = "redrive-reason";
  static final String FAILURE = "redrive-failure";
  static final String FINGERPRINT = "redrive-fingerprint";

  /** A dead letter's place in the order of deaths. */
  static final String DEATH = "redrive-death";

  /** Another program's count as it wrote it; within this process alone. */
  static final String COUNT = "redrive-count";

  private static final Set<String> OF_A_DEATH =
      Set.of(DIED_AT, REASON, FAILURE, FINGERPRINT, DEATH);
  // What a replay changes.
  private static final Set<String> OF_A_REPLAY =
      Set.of(WireHeaders.REPLAYS, WireHeaders.HISTORY, WireHeaders.DEADLINE);
  private static final Set<String> OF_A_MESSAGE =
      Set.of(
          WireHeaders.ID,
          WireHeaders.ATTEMPT,
          WireHeaders.DUE_AT,
          WireHeaders.FIRST_SEEN,
          WireHeaders.KEY,
          COUNT,
          Poison.HAND_OVERS);

  private static final int REPLAYS_MAX = 1_000;
  private static final int SHORT_TEXT_MAX = 255;
  private static final int DURABLE = 2;
  private static final int RANDOM_ID_DIGITS = 32;

  private Wire() {}

  /** True of the headers that this transport keeps its own knowledge in. */
  static boolean isOwn(String name) {
    return OF_A_MESSAGE.contains(name) || OF_A_DEATH.contains(name);
  }

  /**
   * A message as it arrived, or as it will be copied: its headers are without the broker's, and, of
   * one that was replayed, already those of its new life.
   */
  record Content(AMQP.BasicProperties properties, Map<String, Object> headers, byte[] body) {

    String id() {
      String id = Headers.text(headers.get(WireHeaders.ID));
      return id.isEmpty() ? properties.getMessageId() : id;
    }

    String key() {
      return Headers.text(headers.get(WireHeaders.KEY));
    }

    /** Attempts that count so far. */
    int attempts() {
      return Math.max(0, Headers.number(headers, WireHeaders.ATTEMPT, 0));
    }

    Instant firstSeen(Instant otherwise) {
      return Headers.time(headers, WireHeaders.FIRST_SEEN).orElse(otherwise);
    }

    Instant dueAt(Instant otherwise) {
      return Headers.time(headers, WireHeaders.DUE_AT).orElse(otherwise);
    }

    /** The properties of a copy with some headers added or replaced. */
    AMQP.BasicProperties copy(Map<String, String> changes) {
      Map<String, Object> changed = new LinkedHashMap<>(headers);
      changed.putAll(changes);
      return durable(changed);
    }

    /** The properties of a copy with the headers that it came with, the broker's too. */
    AMQP.BasicProperties asItCame() {
      return durable(Objects.requireNonNullElse(properties.getHeaders(), Map.of()));
    }

    private AMQP.BasicProperties durable(Map<String, Object> changed) {
      // A time to live would end the hold of the ladder, and a user id is checked against ours.
      return properties
          .builder()
          .headers(changed)
          .deliveryMode(DURABLE)
          .expiration(null)
          .userId(null)
          .build();
    }
  }

  /** A message to send, as its properties. */
  static AMQP.BasicProperties properties(OutMessage message, Instant now) {
    Map<String, Object> headers = new LinkedHashMap<>();
    message.headers().forEach((name, value) -> headers.put(Headers.escaped(name), value));
    headers.put(WireHeaders.FIRST_SEEN, Headers.time(now));
    headers.put(WireHeaders.DUE_AT, Headers.dueTime(message.notBefore()));
    if (!message.key().isEmpty()) {
      headers.put(WireHeaders.KEY, message.key());
    }
    AMQP.BasicProperties.Builder properties = new AMQP.BasicProperties.Builder();
    if (bytes(message.id()) <= SHORT_TEXT_MAX) {
      properties.messageId(message.id());
    } else {
      headers.put(WireHeaders.ID, message.id());
    }
    return properties.deliveryMode(DURABLE).headers(headers).build();
  }

  /** Why a message cannot be written in this protocol, if it cannot. */
  static Optional<String> problem(AMQP.BasicProperties properties, int frameMax) {
    long size = 0;
    for (Map.Entry<String, Object> header : properties.getHeaders().entrySet()) {
      int name = bytes(header.getKey());
      if (name > SHORT_TEXT_MAX) {
        return Optional.of("a header's name has more than 255 bytes: " + header.getKey());
      }
      size += name + bytes(Headers.text(header.getValue())) + Long.BYTES;
    }
    // The rest of the frame holds the properties, of which few are set and none is long.
    return frameMax > 0 && size > frameMax - 2_048
        ? Optional.of(
            "its headers have %d bytes, and the broker takes %d".formatted(size, frameMax - 2_048))
        : Optional.empty();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * A message that arrived in a queue.
   *
   * @param arrived its headers, as {@link Counter#read} gives them
   * @param past what it may have gone through; if it came from among the dead letters, it was
   *     replayed
   */
  static Content arrived(
      AMQP.BasicProperties properties,
      Map<String, Object> arrived,
      byte[] body,
      Past past,
      Instant now,
      RandomIds ids) {
    Map<String, Object> headers = Headers.kept(arrived);
    boolean isForeign = !arrived.containsKey(WireHeaders.FIRST_SEEN);
    if (isForeign) {
      addForeignHistory(past.history(headers, arrived, now), headers);
    }
    // A letter of an earlier life leaves no x-death, because only a copy can die again.
    BrokerDeath.of(arrived, past.dead())
        .filter(death -> death.reason().equals(BrokerDeath.REJECTED))
        .ifPresent(death -> revive(headers, death));
    if (properties.getMessageId() == null && !headers.containsKey(WireHeaders.ID)) {
      headers.put(WireHeaders.ID, ids.next());
    }
    if (isForeign) {
      addForeignProperties(properties, headers);
    }
    return new Content(properties, headers, body);
  }

  /** Ids for messages whose sender gave none. */
  interface RandomIds {
    String next();

    /** Ids of 32 hexadecimal digits. */
    static RandomIds of(RandomGenerator random) {
      return () -> {
        StringBuilder id = new StringBuilder(RANDOM_ID_DIGITS);
        while (id.length() < RANDOM_ID_DIGITS) {
          id.append(Character.forDigit(random.nextInt(16), 16));
        }
        return id.toString();
      };
    }
  }

  private static void revive(Map<String, Object> headers, BrokerDeath death) {
    // The broker tells whole seconds: the end of that one, by which its deadline may have passed.
    Instant told = death.at().plusMillis(999);
    Instant diedAt = Headers.time(headers, DIED_AT).orElse(Instant.EPOCH);
    Instant at = told.isBefore(diedAt) ? diedAt : told;
    headers.keySet().removeAll(OF_A_DEATH);
    headers.remove(WireHeaders.ATTEMPT);
    headers.remove(Poison.HAND_OVERS);
    Map<String, String> changed = new HashMap<>();
    for (String name : OF_A_REPLAY) {
      if (headers.containsKey(name)) {
        changed.put(name, Headers.text(headers.remove(name)));
      }
    }
    // It may have died and been replayed several times before anybody got it.
    for (int i = 0; i < Math.min(death.count(), REPLAYS_MAX); i++) {
      changed = new HashMap<>(Replay.headers(changed, at));
    }
    headers.putAll(changed);
  }

  private static void addForeignHistory(String history, Map<String, Object> headers) {
    if (!history.isEmpty()) {
      headers.putIfAbsent(WireHeaders.HISTORY, history);
    }
  }

  /** What another publisher says of the payload, for a handler that needs it. */
  private static void addForeignProperties(
      AMQP.BasicProperties properties, Map<String, Object> headers) {
    add(headers, "content-type", properties.getContentType());
    add(headers, "content-encoding", properties.getContentEncoding());
    add(headers, "correlation-id", properties.getCorrelationId());
    add(headers, "reply-to", properties.getReplyTo());
    add(headers, "type", properties.getType());
    add(headers, "app-id", properties.getAppId());
  }

  private static void add(Map<String, Object> headers, String name, @Nullable String value) {
    if (value != null) {
      headers.putIfAbsent(name, value);
    }
  }
}
