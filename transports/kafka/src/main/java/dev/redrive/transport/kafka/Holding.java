// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.KafkaLease.State;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition that was assigned to this process: how far it is settled, and those of its records
 * that are here. Used by the queue's thread alone, but for {@link #isGivenAway}.
 */
final class Holding {
  private static final Logger log = LoggerFactory.getLogger(Holding.class);

  private final TopicPartition partition;
  // Who comes after whom; empty in a queue without order.
  private final Optional<OrderBy> order;
  // Empty until it is known what the group has committed of it.
  private Optional<Progress> progress = Optional.empty();
  // Polled, and not in hand yet, because there is no room for what must be known of more.
  private final Deque<ConsumerRecord<byte[], byte[]>> backlog = new ArrayDeque<>();
  private long polledUpTo;
  // In hand, held or being settled.
  private final Map<Long, KafkaLease> leases = new HashMap<>();
  // Empty until it is known what is parked of it.
  private Optional<Lines> lines = Optional.empty();
  private int busy;
  private boolean isLeaving;
  // Read by any thread.
  private volatile boolean isGivenAway;
  private boolean isFull;

  Holding(TopicPartition partition, Optional<OrderBy> order) {
    this.partition = partition;
    this.order = order;
  }

  TopicPartition partition() {
    return partition;
  }

  /**
   * What was committed is known.
   *
   * @param from where polling begins
   */
  void load(Progress known, long from) {
    progress = Optional.of(known);
    polledUpTo = from;
  }

  /** What is parked of it is known. */
  void load(Lines known) {
    lines = Optional.of(known);
  }

  /** Whether it is known how far it is settled. */
  boolean isKnown() {
    return progress.isPresent();
  }

  /** Whether all is known that is to be known before a record of it is taken. */
  boolean isLoaded() {
    return isKnown() && (order.isEmpty() || lines.isPresent());
  }

  Optional<OrderBy> order() {
    return order;
  }

  /** Who stands in line; empty in a queue without order. */
  Optional<Lines> lines() {
    return lines;
  }

  Progress progress() {
    return progress.orElseThrow();
  }

  /**
   * Whether records that were polled are where the log has come to. They are not when the topic was
   * deleted and made again meanwhile, and what is known is about another log.
   */
  boolean isNext(List<ConsumerRecord<byte[], byte[]>> records, long upTo) {
    return upTo >= polledUpTo && (records.isEmpty() || records.get(0).offset() >= polledUpTo);
  }

  /**
   * Records were polled.
   *
   * @param upTo where the next ones begin
   */
  void polled(List<ConsumerRecord<byte[], byte[]>> records, long upTo) {
    backlog.addAll(records);
    polledUpTo = upTo;
    reach();
  }

  // Beyond the last record there may be some that are no messages, such as marks of transactions.
  private void reach() {
    if (backlog.isEmpty()) {
      progress().reached(polledUpTo);
    }
  }

  /** True while records wait that there was no room for. */
  boolean hasBacklog() {
    return !backlog.isEmpty();
  }

  /** Takes the next record into hands now, if there is one and room for it. */
  Optional<KafkaLease> take(Instant now) {
    Optional<KafkaLease> taken = Optional.empty();
    while (taken.isEmpty() && !backlog.isEmpty() && !isLeaving && !isFull()) {
      long offset = backlog.peek().offset();
      if (progress().isDone(offset)) {
        backlog.remove();
      } else if (isParked(offset)) {
        // What was committed is lost or older: it stands in line already.
        progress().take(offset);
        progress().done(offset);
        backlog.remove();
      } else if (progress().hasRoom()) {
        progress().take(offset);
        int cutOff = progress().crashes(offset);
        Content content = new Content(backlog.remove());
        String line = order.map(by -> by.line(content)).orElse("");
        KafkaLease lease = KafkaLease.inLog(this, content, line, cutOff, now);
        leases.put(offset, lease);
        taken = Optional.of(lease);
      } else {
        return taken;
      }
      reach();
    }
    return taken;
  }

  private boolean isParked(long offset) {
    return lines
        .flatMap(known -> known.at(offset))
        .filter(spot -> spot.lease().isParked())
        .isPresent();
  }

  /** Those in line that can be handed over since the log was read up to them. */
  List<KafkaLease> arrived() {
    return lines.map(known -> known.reached(progress().position())).orElse(List.of());
  }

  private boolean isFull() {
    boolean wasFull = isFull;
    // What is parked ahead cannot go before the log was read up to there.
    isFull = lines.filter(known -> !known.isAhead() && known.isFull()).isPresent();
    if (isFull && !wasFull) {
      log.warn(
          "as much is parked of {} as there is room for; all of it waits, its healthy keys too,"
              + " until messages at the head of their key succeed, or are replayed or purged",
          partition);
    }
    return isFull;
  }

  /** A record of it is handed over. */
  void makeBusy() {
    busy++;
  }

  /** The lease has ended unsettled; the record is in hand again, under another. */
  KafkaLease takeAgain(KafkaLease ended) {
    end(ended);
    KafkaLease lease = ended.again();
    if (!ended.isParked()) {
      progress().release(ended.offset());
      leases.put(lease.offset(), lease);
    }
    if (lease.isInLine()) {
      lines().orElseThrow().stand(new Lines.Spot(lease, false));
    }
    return lease;
  }

  /** The record is settled. */
  void settled(KafkaLease lease) {
    end(lease);
    leases.remove(lease.offset(), lease);
  }

  private void end(KafkaLease lease) {
    if (lease.state() == State.HELD || lease.state() == State.SETTLING) {
      busy--;
    }
    lease.state(State.GONE);
  }

  /** Its last commit is on its way: what begins after that is not of this process any more. */
  void giveAway() {
    isGivenAway = true;
  }

  /** Whether that is so. Thread-safe. */
  boolean isGivenAway() {
    return isGivenAway;
  }

  /** It is about to be given away: nothing more of it is handed over. */
  void leave() {
    isLeaving = true;
  }

  /** Those that are parked of which it is written down that an attempt has begun. */
  List<KafkaLease> begun() {
    return lines.map(Lines::leases).orElse(List.of()).stream()
        .filter(KafkaLease::isBegun)
        .filter(lease -> lease.state() == State.HELD || lease.state() == State.IN_HAND)
        .toList();
  }

  /** How many records are handed over or being settled. */
  int busyCount() {
    return busy;
  }

  /**
   * What is known of it is not to be relied on any more, or it belongs to somebody else.
   *
   * @return the leases that are lost
   */
  List<KafkaLease> forget() {
    List<KafkaLease> lost = new ArrayList<>(leases.values());
    lines.ifPresent(known -> lost.addAll(known.leases()));
    lost.forEach(lease -> lease.state(State.GONE));
    leases.clear();
    lines = Optional.empty();
    isFull = false;
    backlog.clear();
    busy = 0;
    progress = Optional.empty();
    return lost;
  }
}
