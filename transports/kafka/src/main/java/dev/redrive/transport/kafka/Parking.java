// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns what is parked of the partitions of an ordered queue that are here, and what people want
 * done with the dead of them. Used by the queue's thread alone.
 */
final class Parking {
  private static final Logger log = LoggerFactory.getLogger(Parking.class);

  /** Reads what is parked; what it finds is told on any thread. */
  interface Source {
    /** Begins to read a partition, from its beginning. */
    void follow(int partition, Listener listener);

    /** Reads it no more. What is under way may still be told. */
    void leave(int partition);
  }

  /** Is told what was read of a partition. */
  interface Listener {
    /** All that is there, of each key the last record; once. */
    void there(List<ConsumerRecord<byte[], byte[]>> records);

    /** What came after that, with a value. */
    void came(ConsumerRecord<byte[], byte[]> record);
  }

  private final String queue;
  private final long process;
  private final Source source;
  private final Consumption consumption;
  private final Map<Holding, Following> followings = new HashMap<>();

  /**
   * @param process who this is, in the marks that it leaves
   */
  Parking(String queue, long process, Source source, Consumption consumption) {
    this.queue = queue;
    this.process = process;
    this.source = source;
    this.consumption = consumption;
  }

  private final class Following implements Listener {
    private final Holding holding;

    Following(Holding holding) {
      this.holding = holding;
    }

    @Override
    public void there(List<ConsumerRecord<byte[], byte[]>> records) {
      consumption.execute(() -> ifPresent(() -> begin(holding, records)));
    }

    @Override
    public void came(ConsumerRecord<byte[], byte[]> record) {
      consumption.execute(() -> ifPresent(() -> wanted(holding, record)));
    }

    // The partition may have gone meanwhile, and have come again.
    private void ifPresent(Runnable task) {
      if (followings.get(holding) == this) {
        task.run();
      }
    }
  }

  /** A partition is here. */
  void follow(Holding holding) {
    Following following = new Following(holding);
    followings.put(holding, following);
    source.follow(holding.partition().partition(), following);
  }

  /** It is not here any more. */
  void leave(Holding holding) {
    if (followings.remove(holding) != null) {
      source.leave(holding.partition().partition());
    }
  }

  private void begin(Holding holding, List<ConsumerRecord<byte[], byte[]>> records) {
    Lines lines = new Lines(Lines.Bounds.DEFAULT);
    List<Parked> returns = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Optional<Parked> parked = read(record);
      parked.filter(Parked::isReturn).ifPresent(returns::add);
      parked.filter(each -> !each.isReturn()).ifPresent(each -> lines.stand(spot(holding, each)));
    }
    holding.load(lines);
    returns.forEach(wanted -> consumption.placement().bringBack(holding, wanted));
  }

  private Optional<Parked> read(ConsumerRecord<byte[], byte[]> record) {
    Optional<Parked> parked = Parked.read(queue, record);
    if (parked.isEmpty()) {
      log.warn("nobody knows what record {} of {} means", record.offset(), record.topic());
    }
    return parked;
  }

  private Lines.Spot spot(Holding holding, Parked parked) {
    boolean isBegun = parked.state() == Parked.State.BEGUN;
    String line = holding.order().orElseThrow().line(parked.message());
    // Who has the partition now knows that the other came to no clean end.
    int cutOff = isBegun && parked.process() != process ? 1 : 0;
    KafkaLease lease = KafkaLease.parked(holding, parked.message(), line, cutOff);
    if (isBegun) {
      lease.hasBegun();
    }
    return new Lines.Spot(lease, parked.state() == Parked.State.DEAD);
  }

  private void wanted(Holding holding, ConsumerRecord<byte[], byte[]> record) {
    Parked.read(queue, record)
        .filter(Parked::isReturn)
        .ifPresent(wanted -> consumption.placement().bringBack(holding, wanted));
  }
}
