// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.DeadLetter;
import dev.redrive.retry.Reason;
import dev.redrive.spi.ForeignFailure;
import dev.redrive.spi.History;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.Arrays;
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
  private static final String FOREIGN = "foreign:";

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

  /**
   * What Redrive did not write: the broker's own record of the death stands for its own, or, where
   * the broker had no part in it, what the program wrote that put it there.
   */
  private Numbered brokers(Wire.Content content) {
    Map<String, Object> arrived = content.properties().getHeaders();
    Optional<BrokerDeath> death = BrokerDeath.of(arrived, queue);
    Optional<ForeignFailure> told = Past.failure(content.headers());
    Optional<ForeignFailure> killer = death.isPresent() ? Optional.empty() : told;
    String word = death.map(BrokerDeath::reason).orElse("unknown");
    Instant diedAt =
        death
            .map(BrokerDeath::at)
            .or(() -> killer.flatMap(ForeignFailure::at))
            .orElse(Instant.EPOCH);
    DeadLetter letter =
        new DeadLetter(
            id(content),
            queue,
            reason(word),
            killer
                .map(ForeignFailure::failure)
                .filter(failure -> !failure.isEmpty())
                .orElse("the broker dead-lettered it: " + word),
            killer
                .map(ForeignFailure::kind)
                .filter(kind -> !kind.isEmpty())
                .map(kind -> FOREIGN + kind)
                .orElse(BROKERS + word),
            isReplayed(arrived) ? 0 : attempts(content, told),
            content.firstSeen(told.flatMap(ForeignFailure::sentAt).orElse(diedAt)),
            diedAt,
            key(content),
            Headers.senders(Headers.texts(content.headers())),
            content.body(),
            past().told(content, diedAt));
    return new Numbered(Deaths.number(diedAt.toEpochMilli(), 0, print(content)), letter);
  }

  private Past past() {
    return new Past(queue, names);
  }

  private static int attempts(Wire.Content content, Optional<ForeignFailure> told) {
    int own = content.attempts();
    return own > 0 ? own : told.map(failure -> failure.attempts().orElse(0)).orElse(0);
  }

  private boolean isReplayed(@Nullable Map<String, Object> arrived) {
    return BrokerDeath.of(arrived, past().dead()).isPresent();
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
