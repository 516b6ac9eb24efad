// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The way of a delayed message: onto the {@link Ladder}, down its levels, and off it to its queue.
 * Says where a record goes next and what it looks like there; sends nothing. Key, value and the
 * other headers stay as they are, byte for byte. Thread-safe.
 */
final class Route {
  /**
   * Where a message waits whose queue cannot take it now; not long, as others do not wait for it.
   */
  private static final int AWAITING = 3;

  /** As no partition: the key decides. */
  private static final int ANY = -1;

  /** No consumer has a message that is on the ladder. */
  private static final Lease NOBODYS = new Lease() {};

  private final Names names;
  private final List<String> holds;

  Route(Names names) {
    this.names = names;
    this.holds = names.holds();
  }

  /**
   * A record for its queue's topic as it is to be sent now: as it is if it is due before long, or
   * else as a record of the ladder, which the {@link Mover} takes back to that topic before the
   * message is due.
   *
   * @param toQueue with the partition it must go to, or none where its key decides
   */
  ProducerRecord<byte[], byte[]> enter(
      ProducerRecord<byte[], byte[]> toQueue, Instant dueAt, Instant now) {
    Duration left = Duration.between(now, dueAt);
    if (left.compareTo(Ladder.SHORTEST) < 0) {
      return toQueue;
    }
    Duration stay = Ladder.stay(left);
    Headers headers = Wire.copy(toQueue.headers());
    Wire.put(headers, Wire.QUEUE, toQueue.topic());
    Wire.put(headers, Wire.HOLD_UNTIL, Wire.time(now.plus(stay)));
    headers.remove(Wire.PARTITION);
    @Nullable Integer partition = toQueue.partition();
    if (partition != null) {
      Wire.put(headers, Wire.PARTITION, Integer.toString(partition));
    }
    return new ProducerRecord<>(
        names.hold(Ladder.first(stay)), null, null, toQueue.key(), toQueue.value(), headers);
  }

  /** How long each record of a topic of the ladder waits there. */
  Duration hold(String topic) {
    return Ladder.hold(holds.indexOf(topic));
  }

  /** The level that a record goes down to whose hold is over, if it is to stay on the ladder. */
  Optional<ProducerRecord<byte[], byte[]>> down(
      ConsumerRecord<byte[], byte[]> record, Instant now) {
    Duration left =
        Wire.time(record.headers(), Wire.HOLD_UNTIL)
            .map(until -> Duration.between(now, until))
            .orElse(Duration.ZERO);
    // Always down, so that clocks that disagree end a pass early and never let it go round.
    int level = Math.min(Ladder.next(left), holds.indexOf(record.topic()) - 1);
    return level < 0 ? Optional.empty() : Optional.of(moved(record, names.hold(level)));
  }

  /** The queue that a record of the ladder belongs to; empty if it does not say. */
  static String queue(ConsumerRecord<byte[], byte[]> record) {
    return Wire.text(record.headers(), Wire.QUEUE);
  }

  /** The partition that a record must go back to, if it says so. */
  static Optional<Integer> partition(ConsumerRecord<byte[], byte[]> record) {
    return Optional.of(Wire.number(record.headers(), Wire.PARTITION, ANY))
        .filter(each -> each >= 0);
  }

  /**
   * Off the ladder, to the record's queue.
   *
   * @param partitions how many the queue's topic has; a record from one that is no more goes where
   *     its key says
   */
  static ProducerRecord<byte[], byte[]> leave(
      ConsumerRecord<byte[], byte[]> record, int partitions) {
    Headers headers = Wire.copy(record.headers());
    headers.remove(Wire.QUEUE);
    headers.remove(Wire.HOLD_UNTIL);
    @Nullable Integer partition = partition(record).filter(each -> each < partitions).orElse(null);
    return new ProducerRecord<>(
        queue(record), partition, null, record.key(), record.value(), headers);
  }

  /** Back onto the ladder for some seconds. */
  ProducerRecord<byte[], byte[]> await(ConsumerRecord<byte[], byte[]> record) {
    return moved(record, names.hold(AWAITING));
  }

  /**
   * Among the dead letters of its queue, because a topic has refused it. It lay at its place on the
   * ladder, which is what it is a letter by, and goes back to where it came from.
   */
  ProducerRecord<byte[], byte[]> bury(
      ConsumerRecord<byte[], byte[]> record, Refusal refusal, Instant now) {
    Content content = new Content(record);
    String queue = queue(record);
    Settlement.Dead dead = refusal.death(NOBODYS, content, content.attempts(), Map.of(), now);
    ProducerRecord<byte[], byte[]> letter =
        content.letter(
            names.dead(queue),
            new Letter.Death(dead, content.crashes(), names.group(queue), now, false));
    Wire.put(letter.headers(), Wire.PARTITION, Integer.toString(partition(record).orElse(ANY)));
    return letter;
  }

  /** To where a person finds it. */
  ProducerRecord<byte[], byte[]> lose(ConsumerRecord<byte[], byte[]> record) {
    return moved(record, names.lost());
  }

  /** Where {@link #lose} puts them. */
  String lost() {
    return names.lost();
  }

  private static ProducerRecord<byte[], byte[]> moved(
      ConsumerRecord<byte[], byte[]> record, String topic) {
    return new ProducerRecord<>(topic, null, null, record.key(), record.value(), record.headers());
  }
}
