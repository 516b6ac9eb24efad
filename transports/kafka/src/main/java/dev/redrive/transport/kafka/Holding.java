// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.KafkaLease.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition that was assigned to this process: how far it is settled, and those of its records
 * that are here. Used by the queue's thread alone.
 */
final class Holding {
  private final TopicPartition partition;
  // Empty until it is known what the group has committed of it.
  private Optional<Progress> progress = Optional.empty();
  // Polled, and not in hand yet, because there is no room for what must be known of more.
  private final Deque<ConsumerRecord<byte[], byte[]>> backlog = new ArrayDeque<>();
  private long polledUpTo;
  // In hand, held or being settled.
  private final Map<Long, KafkaLease> leases = new HashMap<>();
  private int busy;
  private boolean isLeaving;

  Holding(TopicPartition partition) {
    this.partition = partition;
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

  boolean isLoaded() {
    return progress.isPresent();
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

  /** Takes the next record into hands, if there is one and room for it. */
  Optional<KafkaLease> take() {
    Optional<KafkaLease> taken = Optional.empty();
    while (taken.isEmpty() && !backlog.isEmpty() && !isLeaving) {
      long offset = backlog.peek().offset();
      if (progress().isDone(offset)) {
        backlog.remove();
      } else if (progress().hasRoom()) {
        progress().take(offset);
        int cutOff = progress().crashes(offset);
        KafkaLease lease = new KafkaLease(this, new Content(backlog.remove()), cutOff);
        leases.put(offset, lease);
        taken = Optional.of(lease);
      } else {
        return taken;
      }
      reach();
    }
    return taken;
  }

  /** A record of it is handed over. */
  void makeBusy() {
    busy++;
  }

  /** The lease has ended unsettled; the record is in hand again, under another. */
  KafkaLease takeAgain(KafkaLease ended) {
    end(ended);
    progress().release(ended.offset());
    KafkaLease lease = ended.again();
    leases.put(lease.offset(), lease);
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

  /** It is about to be given away: nothing more of it is handed over. */
  void leave() {
    isLeaving = true;
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
    lost.forEach(lease -> lease.state(State.GONE));
    leases.clear();
    backlog.clear();
    busy = 0;
    progress = Optional.empty();
    return lost;
  }
}
