// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * What the parked topic of an ordered queue says of one place. A message's place is the offset that
 * it came at, in a partition of its queue's topic; the parked topic has the same partitions. It is
 * compacted: the last record of a key counts, and one without a value ends it.
 *
 * <p>Two kinds of keys: the offset alone is what stands at that place, and is written only by the
 * process that has the partition, in transactions with its commits. {@code return-} and the offset
 * is what a person wants done with the dead message there; whoever moves dead letters writes it,
 * and the process that has the partition does it and ends it, at once.
 *
 * @param place the offset
 * @param state what it is about
 * @param process who has begun an attempt, of a message that is BEGUN
 * @param message the message as it was at its place; of one that is DEAD or PURGED, without payload
 */
record Parked(long place, State state, long process, Content message) {
  private static final byte[] NOTHING = {};
  private static final String RETURN = "return-";
  private static final Pattern PROCESS = Pattern.compile("[0-9a-f]{16}");
  // As Letter writes it: the message's id, and where it lay.
  private static final Pattern PLACE = Pattern.compile("(?s).*@[^@]*-([0-9]{1,9})-([0-9]{1,18})");

  /** What is said of a place. */
  enum State {
    /** A message waits there. */
    WAITING,
    /** One attempt of it has begun. */
    BEGUN,
    /** It is dead, and holds up those behind it. */
    DEAD,
    /** It is to come again from there. */
    REPLAYED,
    /** It is to be gone from there. */
    PURGED;

    private boolean isReturn() {
      return this == REPLAYED || this == PURGED;
    }
  }

  /** Where a message died. */
  record Place(int partition, long offset) {

    /** By the key of a letter of one that stood in line; empty if it is none. */
    static Optional<Place> of(byte[] letterKey) {
      Matcher place = PLACE.matcher(new String(letterKey, UTF_8));
      return place.matches()
          ? Optional.of(new Place(Integer.parseInt(place.group(1)), Long.parseLong(place.group(2))))
          : Optional.empty();
    }
  }

  /** A message waits at its place, or is to come again from there. */
  static ProducerRecord<byte[], byte[]> message(
      String topic, Place place, State state, ProducerRecord<byte[], byte[]> message) {
    byte @Nullable [] value = message.value();
    Headers headers = headers(state, message.key(), message.headers());
    if (value == null) {
      Wire.put(headers, Wire.NO_BODY, "true");
    }
    return record(topic, place, state, value == null ? NOTHING : value, headers);
  }

  /** An attempt of it has begun, in this process. */
  static ProducerRecord<byte[], byte[]> begun(
      String topic, Place place, ProducerRecord<byte[], byte[]> message, long process) {
    ProducerRecord<byte[], byte[]> begun = message(topic, place, State.BEGUN, message);
    Wire.put(begun.headers(), Wire.PROCESS, HexFormat.of().toHexDigits(process));
    return begun;
  }

  /** What is left of a message that is dead, or is to be gone. */
  static ProducerRecord<byte[], byte[]> mark(
      String topic, Place place, State state, byte @Nullable [] key) {
    return record(topic, place, state, NOTHING, headers(state, key, new RecordHeaders()));
  }

  private static Headers headers(State state, byte @Nullable [] key, Headers message) {
    Headers headers = Wire.copy(message);
    Wire.put(headers, Wire.PARKED, state.name());
    // What the message had under these names is nobody's.
    headers.remove(Wire.PROCESS);
    headers.remove(Wire.NO_BODY);
    headers.remove(Wire.RECORD_KEY);
    if (key != null) {
      headers.add(Wire.RECORD_KEY, key);
    }
    return headers;
  }

  private static ProducerRecord<byte[], byte[]> record(
      String topic, Place place, State state, byte[] value, Headers headers) {
    byte[] key = key(place.offset(), state.isReturn());
    return new ProducerRecord<>(topic, place.partition(), null, key, value, headers);
  }

  /** Nothing stands at the place any more. */
  static ProducerRecord<byte[], byte[]> left(String topic, Place place) {
    return ended(topic, place, false);
  }

  /** What was to be done with the dead message there is done. */
  static ProducerRecord<byte[], byte[]> returned(String topic, Place place) {
    return ended(topic, place, true);
  }

  private static ProducerRecord<byte[], byte[]> ended(String topic, Place place, boolean isReturn) {
    byte[] key = key(place.offset(), isReturn);
    return new ProducerRecord<>(topic, place.partition(), null, key, null, new RecordHeaders());
  }

  private static byte[] key(long offset, boolean isReturn) {
    return ((isReturn ? RETURN : "") + offset).getBytes(UTF_8);
  }

  /** Whether records of that key say what is to be done with dead messages. */
  static boolean isReturn(String key) {
    return key.startsWith(RETURN);
  }

  /** Whether it says what is to be done with a dead message. */
  boolean isReturn() {
    return state.isReturn();
  }

  /**
   * What a record says, of a queue; empty if nothing that is known here.
   *
   * @param record with a value
   */
  static Optional<Parked> read(String queue, ConsumerRecord<byte[], byte[]> record) {
    String key = Wire.key(record.key());
    String offset = key.startsWith(RETURN) ? key.substring(RETURN.length()) : key;
    String name = Wire.text(record.headers(), Wire.PARKED);
    for (State state : State.values()) {
      if (state.name().equals(name) && offset.matches("[0-9]{1,18}")) {
        return Optional.of(read(queue, Long.parseLong(offset), state, record.partition(), record));
      }
    }
    return Optional.empty();
  }

  private static Parked read(
      String queue, long place, State state, int partition, ConsumerRecord<byte[], byte[]> record) {
    Headers headers = record.headers();
    return new Parked(
        place,
        state,
        process(headers),
        message(queue, new Place(partition, place), record.value(), headers));
  }

  private static long process(Headers headers) {
    String text = Wire.text(headers, Wire.PROCESS);
    return PROCESS.matcher(text).matches() ? HexFormat.fromHexDigitsToLong(text) : 0;
  }

  /** The message that a record of the parked topic tells of, at its place. */
  static Content message(String queue, Place place, ProducerRecord<byte[], byte[]> record) {
    return message(queue, place, record.value(), record.headers());
  }

  private static Content message(String queue, Place place, byte[] value, Headers headers) {
    Header key = headers.lastHeader(Wire.RECORD_KEY);
    boolean hasBody = headers.lastHeader(Wire.NO_BODY) == null;
    Headers own = Wire.copy(headers);
    own.remove(Wire.PARKED);
    own.remove(Wire.PROCESS);
    own.remove(Wire.RECORD_KEY);
    own.remove(Wire.NO_BODY);
    return new Content(
        new ConsumerRecord<>(
            queue,
            place.partition(),
            place.offset(),
            ConsumerRecord.NO_TIMESTAMP,
            TimestampType.NO_TIMESTAMP_TYPE,
            ConsumerRecord.NULL_SIZE,
            ConsumerRecord.NULL_SIZE,
            key == null ? null : key.value(),
            hasBody ? value : null,
            own,
            Optional.empty()));
  }
}
