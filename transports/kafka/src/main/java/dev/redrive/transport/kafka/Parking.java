// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.KafkaLease.State;
import dev.redrive.transport.kafka.Settling.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns what is parked of the partitions of an ordered queue that are here, and what people want
 * done with the dead of them. Used by the queue's thread alone.
 */
final class Parking {
  private static final Logger log = LoggerFactory.getLogger(Parking.class);
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Reads what is parked; what it finds is told on any thread. */
  interface Source {
    /** Begins to read a partition, from its beginning. */
    void follow(int partition, Listener listener);

    /** Reads it no more. What is under way may still be told. */
    void leave(int partition);
  }

  /** Is told what was read of a partition. */
  interface Listener {
    /** All that stands in line, of each place the last record; once. */
    void there(List<ConsumerRecord<byte[], byte[]>> records);

    /**
     * What is to be done with a dead message, on a record with a value.
     *
     * @param taken to be run when more of that may come
     */
    void came(ConsumerRecord<byte[], byte[]> record, Runnable taken);
  }

  private final String queue;
  private final long process;
  private final Source source;
  private final Consumption consumption;
  private final Map<Holding, Following> followings = new HashMap<>();
  // What cannot be done at once; in the order it came.
  private final List<Wanted> wanted = new ArrayList<>();

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
      consumption.thread().execute(() -> ifPresent(() -> begin(holding, records)));
    }

    @Override
    public void came(ConsumerRecord<byte[], byte[]> record, Runnable taken) {
      consumption.thread().execute(() -> ifPresent(() -> wanted(holding, record, taken)));
    }

    // The partition may have gone meanwhile, and have come again.
    private void ifPresent(Runnable task) {
      if (followings.get(holding) == this) {
        task.run();
      }
    }
  }

  /**
   * What is to be done with a dead message.
   *
   * @param taken to be run when its payload is in line
   * @param from not before that time of {@code Timers.nanoTime}
   */
  private record Wanted(Holding holding, Parked parked, Runnable taken, long from) {}

  /** A partition is here. */
  void follow(Holding holding) {
    Following following = new Following(holding);
    followings.put(holding, following);
    source.follow(holding.partition().partition(), following);
  }

  /** It is not here any more. */
  void leave(Holding holding) {
    wanted.removeIf(each -> each.holding().equals(holding));
    if (followings.remove(holding) != null) {
      source.leave(holding.partition().partition());
    }
  }

  private void begin(Holding holding, List<ConsumerRecord<byte[], byte[]>> records) {
    OrderBy order = holding.order().orElseThrow();
    Lines lines = new Lines(Lines.Bounds.of(order));
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Optional<Parked> parked = Parked.read(queue, record);
      parked.ifPresent(each -> lines.stand(spot(holding, each)));
      if (parked.isEmpty()) {
        log.warn("nobody knows what record {} of {} means", record.offset(), record.topic());
      }
    }
    holding.load(lines);
  }

  private Lines.Spot spot(Holding holding, Parked parked) {
    boolean isBegun = parked.state() == Parked.State.BEGUN;
    // Who has the partition now knows that the other came to no clean end.
    int cutOff = isBegun && parked.process() != process ? 1 : 0;
    KafkaLease lease = KafkaLease.parked(holding, parked.message(), line(holding, parked), cutOff);
    if (isBegun) {
      lease.hasBegun();
    }
    return new Lines.Spot(lease, parked.state() == Parked.State.DEAD);
  }

  /** One that belongs to no line, since the queue's order was another, has one of its own. */
  private static String line(Holding holding, Parked parked) {
    String line = holding.order().orElseThrow().line(parked.message());
    return line.isEmpty() ? "\0" + parked.place() : line;
  }

  private void wanted(Holding holding, ConsumerRecord<byte[], byte[]> record, Runnable taken) {
    Optional<Parked> parked = Parked.read(queue, record).filter(Parked::isReturn);
    parked.ifPresent(each -> wanted.add(new Wanted(holding, each, taken, consumption.now())));
    if (parked.isEmpty()) {
      taken.run();
    }
  }

  /** It could not be stored, and is to be tried again in a moment. */
  void tryAgain(KafkaLease lease, Kind kind) {
    Parked.State state = kind == Kind.REPLAY ? Parked.State.REPLAYED : Parked.State.PURGED;
    Parked parked = new Parked(lease.offset(), state, 0, lease.content());
    KafkaLease dead = lease.holding().takeAgain(lease);
    lease.holding().lines().orElseThrow().stand(new Lines.Spot(dead, true));
    wanted.add(new Wanted(lease.holding(), parked, () -> {}, consumption.now() + AGAIN_NANOS));
  }

  /** Does what is wanted and can be done now. */
  void goOn(long now) {
    wanted.removeIf(each -> isTaken(each, now));
  }

  private boolean isTaken(Wanted each, long now) {
    Holding holding = each.holding();
    Lines lines = holding.lines().orElseThrow();
    if (now - each.from() < 0 || !hasRoom(lines, each.parked())) {
      return false;
    }
    Optional<Lines.Spot> there = lines.at(each.parked().place());
    if (there.isPresent() && !there.get().isDead()) {
      lines.expect(each.parked());
    } else if (there.isEmpty() || there.get().lease().state() != State.SETTLING) {
      // If it is being done, it cannot have died once more.
      String line =
          there.map(spot -> spot.lease().line()).orElseGet(() -> line(holding, each.parked()));
      consumption.placement().bringBack(holding, line, each.parked());
    }
    each.taken().run();
    return true;
  }

  /** One that is first can go at once, and makes room. */
  private static boolean hasRoom(Lines lines, Parked wanted) {
    return wanted.state() == Parked.State.PURGED
        || lines.hasRoom()
        || lines.at(wanted.place()).filter(spot -> lines.isFirst(spot.lease())).isPresent();
  }

  /** How long nothing is to be done by itself, in nanoseconds; a very long time if nothing is. */
  long rest(long now) {
    return wanted.stream()
        .mapToLong(each -> Math.max(0, each.from() - now))
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
