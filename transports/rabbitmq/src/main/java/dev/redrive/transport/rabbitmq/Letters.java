// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.DeadLetter;
import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what lies among the dead letters of a queue: what Redrive wrote, and what the broker itself
 * dead-lettered there or somebody else put there.
 *
 * @param queue the queue that the letters died in
 * @param names what Redrive's own queues are called
 * @param counter how messages of that queue say how many attempts they have had
 */
record Letters(String queue, Names names, Counter counter) {
  private static final String BROKERS = "broker:";

  /**
   * A dead letter and its number in the order of deaths.
   *
   * @param number as {@link Deaths} writes it
   * @param letter the dead letter
   */
  record Numbered(String number, DeadLetter letter) {}

  Numbered read(AMQP.BasicProperties properties, byte[] body) {
    Map<String, Object> headers =
        counter.without(Headers.kept(counter.read(properties.getHeaders())));
    Wire.Content content = new Wire.Content(properties, headers, body);
    String number = Headers.text(headers.get(Wire.DEATH));
    Optional<Reason> reason = Reason.fromWireName(Headers.text(headers.get(Wire.REASON)));
    // A letter that was replayed keeps what Redrive wrote of it; died it anew by the broker's
    // doing,
    // that is the last death the broker tells of.
    boolean isBrokers =
        BrokerDeath.last(properties.getHeaders())
            .map(death -> death.queue().equals(queue))
            .orElse(false);
    return isBrokers || number.isEmpty() || reason.isEmpty()
        ? brokers(content)
        : new Numbered(number, redrives(content, reason.get()));
  }

  private DeadLetter redrives(Wire.Content content, Reason reason) {
    Map<String, Object> headers = content.headers();
    Instant diedAt = Headers.time(headers, Wire.DIED_AT).orElse(Instant.EPOCH);
    return new DeadLetter(
        id(content),
        queue,
        reason,
        Headers.text(headers.get(Wire.FAILURE)),
        Headers.text(headers.get(Wire.FINGERPRINT)),
        content.attempts(),
        content.firstSeen(diedAt),
        diedAt,
        key(content),
        Headers.senders(Headers.texts(headers)),
        content.body(),
        History.parse(Headers.text(headers.get(WireHeaders.HISTORY))));
  }

  private static Optional<String> key(Wire.Content content) {
    return Optional.of(content.key()).filter(key -> !key.isEmpty());
  }

  /** What Redrive did not write: the broker's own record of the death stands for its own. */
  private Numbered brokers(Wire.Content content) {
    Map<String, Object> arrived = content.properties().getHeaders();
    Optional<BrokerDeath> death = BrokerDeath.of(arrived, queue);
    String word = death.map(BrokerDeath::reason).orElse("unknown");
    Instant diedAt = death.map(BrokerDeath::at).orElse(Instant.EPOCH);
    int attempts = isReplayed(arrived) ? 0 : content.attempts();
    DeadLetter letter =
        new DeadLetter(
            id(content),
            queue,
            reason(word),
            "the broker dead-lettered it: " + word,
            BROKERS + word,
            attempts,
            content.firstSeen(diedAt),
            diedAt,
            key(content),
            Headers.senders(Headers.texts(content.headers())),
            content.body(),
            history(content, death.isPresent()));
    return new Numbered(Deaths.number(diedAt.toEpochMilli(), 0, print(content)), letter);
  }

  private boolean isReplayed(@Nullable Map<String, Object> arrived) {
    return BrokerDeath.of(arrived, names.dead(queue)).isPresent();
  }

  /** What Redrive knew, and then what the broker did, in the order in which it did so last. */
  private List<Transition> history(Wire.Content content, boolean hasDeath) {
    List<Transition> history =
        new ArrayList<>(History.parse(Headers.text(content.headers().get(WireHeaders.HISTORY))));
    List<BrokerDeath> deaths = new ArrayList<>(BrokerDeath.all(content.properties().getHeaders()));
    Collections.reverse(deaths);
    deaths.stream()
        .filter(death -> !names.isLevel(death.queue()))
        .forEach(death -> history.add(transition(death, content.attempts())));
    if (!hasDeath) {
      history.add(new Transition(Instant.EPOCH, MessageState.DEAD, 0, "somebody put it there"));
    }
    return List.copyOf(history);
  }

  private Transition transition(BrokerDeath death, int attempts) {
    if (death.queue().equals(names.dead(queue))) {
      return new Transition(death.at(), MessageState.READY, 0, "replayed" + death.times());
    }
    boolean isDeath = death.queue().equals(queue);
    String what = isDeath ? "dead-lettered it out of " : "moved it on out of ";
    return new Transition(
        death.at(),
        isDeath ? MessageState.DEAD : MessageState.RETRYING,
        attempts,
        "the broker " + what + death.queue() + ": " + death.reason() + death.times());
  }

  private static Reason reason(String word) {
    return switch (word) {
      case "expired" -> Reason.EXPIRED;
      case "maxlen" -> Reason.OVERFLOW;
      case "delivery_limit" -> Reason.CRASHED;
      default -> Reason.REJECTED;
    };
  }

  private static String id(Wire.Content content) {
    String id = Headers.text(content.headers().get(WireHeaders.ID));
    if (!id.isEmpty()) {
      return id;
    }
    String messageId = content.properties().getMessageId();
    return messageId == null ? BROKERS + print(content) : messageId;
  }

  /** The same whenever it is read, and hardly ever another's. */
  private static String print(Wire.Content content) {
    AMQP.BasicProperties properties = content.properties();
    int hash =
        31 * Arrays.hashCode(content.body())
            + Objects.hash(
                properties.getMessageId(),
                properties.getTimestamp(),
                properties.getCorrelationId());
    return "%08x".formatted(hash);
  }
}
