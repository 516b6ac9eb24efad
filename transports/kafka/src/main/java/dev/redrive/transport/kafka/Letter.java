// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.redrive.DeadLetter;
import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.ForeignFailure;
import dev.redrive.spi.History;
import dev.redrive.spi.Replay;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as a record of its queue's dead topic. That topic is compacted: a record counts
 * until there is a later one of its key, and one without a value, a tombstone, ends it. It has one
 * partition, so that the order of offsets is the order of deaths.
 *
 * <p>The key is {@code <id>@<topic>-<partition>-<offset>} of the record that died, so that a death
 * that is written twice is one letter, and two messages of one id are two. The value is the
 * message's. Its headers come first, as they were, and with {@link Wire#DIED_AT} begins what a
 * death adds; so the message can be made again byte for byte, whatever its headers are called.
 *
 * <p>A record without that header was put there by somebody else, and is a dead letter as well.
 *
 * @param queue the queue that it died in
 * @param record where it lies among the dead letters; it has a value
 */
record Letter(String queue, ConsumerRecord<byte[], byte[]> record) {
  private static final byte[] NOTHING = {};
  private static final String FOREIGN = "foreign:";
  private static final String SOMEBODY = "somebody else put it among the dead letters";
  private static final OptionalInt NONE = OptionalInt.empty();

  /** What a death adds, but for Spring's. */
  private static final Set<String> OF_A_DEATH =
      Set.of(
          Wire.DIED_AT,
          Wire.REASON,
          Wire.FAILURE,
          Wire.FINGERPRINT,
          Wire.RECORD_KEY,
          Wire.NO_BODY,
          Wire.MOVED_BY,
          Wire.PARKED);

  /** What a replay takes off: where the message was, and what it had gone through. */
  private static final List<String> OF_A_LIFE =
      List.of(WireHeaders.ATTEMPT, Wire.CRASHES, Wire.QUEUE, Wire.PARTITION, Wire.HOLD_UNTIL);

  /**
   * How a message died.
   *
   * @param dead why
   * @param crashes how many of its attempts a crash cut off
   * @param group the consumer group that had it
   * @param at when
   * @param isInLine whether its place in line is kept
   */
  record Death(Settlement.Dead dead, int crashes, String group, Instant at, boolean isInLine) {}

  /**
   * The record of a death, for the dead topic.
   *
   * @param content the message that died
   * @param headers its headers, with what the death changes in them
   */
  static ProducerRecord<byte[], byte[]> write(
      String topic, Content content, Headers headers, Death death) {
    ConsumerRecord<byte[], byte[]> source = content.record();
    Headers all = withoutDeath(headers);
    Wire.put(all, Wire.DIED_AT, Wire.time(death.at()));
    Wire.put(all, Wire.REASON, death.dead().reason().wireName());
    Wire.put(all, Wire.FAILURE, death.dead().failure());
    Wire.put(all, Wire.FINGERPRINT, death.dead().fingerprint());
    Wire.put(all, Wire.CRASHES, Integer.toString(death.crashes()));
    Wire.put(all, Wire.PARTITION, Integer.toString(source.partition()));
    if (death.isInLine()) {
      Wire.put(all, Wire.PARKED, Parked.State.DEAD.name());
    }
    if (source.key() != null) {
      all.add(Wire.RECORD_KEY, source.key());
    }
    byte @Nullable [] value = source.value();
    if (value == null) {
      Wire.put(all, Wire.NO_BODY, "true");
    }
    SpringHeaders.add(all, source, death.group(), death.dead().failure());
    byte[] key = (content.id() + "@" + content.place()).getBytes(UTF_8);
    return new ProducerRecord<>(topic, 0, null, key, value == null ? NOTHING : value, all);
  }

  /** Headers without what an earlier death added, if somebody copied a dead letter as it is. */
  private static Headers withoutDeath(Headers headers) {
    Headers without = new RecordHeaders();
    boolean isOfDeath = false;
    for (Header header : headers) {
      isOfDeath |= header.key().equals(Wire.DIED_AT);
      boolean isSprings = isOfDeath && header.key().startsWith(SpringHeaders.PREFIX);
      if (!isSprings && !OF_A_DEATH.contains(header.key())) {
        without.add(header);
      }
    }
    return without;
  }

  /**
   * What a record is a letter by, or ends one by. Compacted topics have no record without a key.
   */
  static byte[] key(ConsumerRecord<byte[], byte[]> record) {
    byte @Nullable [] key = record.key();
    return key == null ? new Content(record).place().getBytes(UTF_8) : key;
  }

  /** A record that ends the letter of that key. */
  static ProducerRecord<byte[], byte[]> tombstone(String topic, byte[] key, String transaction) {
    Headers headers = new RecordHeaders();
    Wire.put(headers, Wire.MOVED_BY, transaction);
    return new ProducerRecord<>(topic, 0, null, key, null, headers);
  }

  long offset() {
    return record.offset();
  }

  private boolean isRedrives() {
    return record.headers().lastHeader(Wire.DIED_AT) != null;
  }

  DeadLetter read() {
    return isRedrives() ? redrives() : others();
  }

  private DeadLetter redrives() {
    Headers all = record.headers();
    Instant diedAt = Wire.time(all, Wire.DIED_AT).orElseGet(this::written);
    return new DeadLetter(
        id(),
        queue,
        // A later version may know more reasons.
        Reason.fromWireName(Wire.text(all, Wire.REASON)).orElse(Reason.REJECTED),
        Wire.text(all, Wire.FAILURE),
        Wire.text(all, Wire.FINGERPRINT),
        attempts(),
        Wire.time(all, WireHeaders.FIRST_SEEN).orElse(diedAt),
        diedAt,
        messageKey(),
        Wire.senders(message()),
        body(),
        History.parse(Wire.text(all, WireHeaders.HISTORY)));
  }

  private DeadLetter others() {
    Optional<ForeignFailure> told = told();
    String kind = told.map(ForeignFailure::kind).orElse("");
    String failure = told.map(ForeignFailure::failure).orElse("");
    return new DeadLetter(
        id(),
        queue,
        Reason.REJECTED,
        failure.isEmpty() ? SOMEBODY : failure,
        FOREIGN + (kind.isEmpty() ? "unknown" : kind),
        attempts(),
        firstSeen(),
        written(),
        messageKey(),
        Wire.senders(message()),
        body(),
        history());
  }

  /** What a program that is not Redrive says of the death, or of one before. */
  private Optional<ForeignFailure> told() {
    return isRedrives() ? Optional.empty() : ForeignFailure.of(Wire.texts(record.headers()));
  }

  /** Of a letter that is another program's: what Redrive knew of it, then what that one did. */
  private List<Transition> history() {
    List<Transition> known = History.parse(Wire.text(record.headers(), WireHeaders.HISTORY));
    Optional<ForeignFailure> told = told();
    List<Transition> history =
        new ArrayList<>(told.map(failure -> failure.toldIn(known, written())).orElse(known));
    if (!told.map(ForeignFailure::isDeath).orElse(false)) {
      history.add(new Transition(written(), MessageState.DEAD, attempts(), SOMEBODY));
    }
    return List.copyOf(history);
  }

  /** Whether the place of its message in line is kept. */
  boolean isInLine() {
    return isRedrives() && record.headers().lastHeader(Wire.PARKED) != null;
  }

  /** The id alone, without reading all of it. */
  String id() {
    return new Content(record).id();
  }

  private int attempts() {
    int own = new Content(record).attempts();
    return own > 0 ? own : told().map(ForeignFailure::attempts).orElse(NONE).orElse(0);
  }

  private Instant written() {
    return Instant.ofEpochMilli(Math.max(0, record.timestamp()));
  }

  private Instant firstSeen() {
    Headers all = record.headers();
    return Wire.time(all, WireHeaders.FIRST_SEEN)
        .or(() -> told().flatMap(ForeignFailure::sentAt))
        .orElseGet(this::written);
  }

  private Optional<String> messageKey() {
    return Optional.of(Wire.key(originalKey())).filter(key -> !key.isEmpty());
  }

  private byte @Nullable [] originalKey() {
    if (!isRedrives()) {
      return record.key();
    }
    Header key = record.headers().lastHeader(Wire.RECORD_KEY);
    return key == null ? null : key.value();
  }

  private boolean hasBody() {
    return !(isRedrives() && record.headers().lastHeader(Wire.NO_BODY) != null);
  }

  private byte[] body() {
    return new Content(record).body();
  }

  /** The headers of the message, as it was when it died. */
  private Headers message() {
    Headers message = new RecordHeaders();
    for (Header header : record.headers()) {
      if (header.key().equals(Wire.DIED_AT)) {
        break;
      }
      // What Spring says of a death that it wrote was not in the message either.
      if (isRedrives() || !header.key().startsWith(SpringHeaders.PREFIX)) {
        message.add(header);
      }
    }
    return message;
  }

  /**
   * The message again, for its queue: as it was sent, due now, with no attempt behind it. Its
   * record's time is the one of the replay: by an old one the broker might delete it at once.
   *
   * @param partitions how many the queue has
   */
  ProducerRecord<byte[], byte[]> replayed(int partitions, Instant now) {
    Headers headers = message();
    Map<String, String> before = Wire.texts(headers);
    Map<String, String> after = Replay.headers(withHistory(before), now);
    before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(headers::remove);
    after.forEach(
        (name, value) -> {
          // Those that stay are not touched: they may be no text, and there may be several.
          if (!value.equals(before.get(name))) {
            Wire.put(headers, name, value);
          }
        });
    OF_A_LIFE.forEach(headers::remove);
    Wire.put(headers, WireHeaders.ID, id());
    Wire.put(headers, WireHeaders.FIRST_SEEN, Wire.time(firstSeen()));
    Wire.put(headers, WireHeaders.DUE_AT, Wire.time(now));
    Integer partition =
        partition().filter(number -> number >= 0 && number < partitions).orElse(null);
    byte @Nullable [] value = hasBody() ? record.value() : null;
    return new ProducerRecord<>(queue, partition, null, originalKey(), value, headers);
  }

  // What Spring says of the death is taken off, so it must have been written down before.
  private Map<String, String> withHistory(Map<String, String> headers) {
    if (isRedrives()) {
      return headers;
    }
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(WireHeaders.HISTORY, History.write(history()));
    return all;
  }

  private Optional<Integer> partition() {
    return isRedrives()
        ? Optional.of(Wire.number(record.headers(), Wire.PARTITION, -1))
        : SpringHeaders.partition(record.headers(), queue);
  }
}
