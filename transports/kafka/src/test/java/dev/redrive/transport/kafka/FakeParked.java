// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;

/**
 * The parked topic of a queue in a {@link FakeCluster}: what transactions have stored there, and
 * what a test says is there. A test may hold back what a process asks for.
 */
final class FakeParked implements Parking.Source {
  static final String TOPIC = "redrive." + FakeCluster.TOPIC + ".parked";

  private final List<ProducerRecord<byte[], byte[]>> before = new ArrayList<>();
  private final Map<Integer, Parking.Listener> listeners = new HashMap<>();
  private Optional<FakeCluster> cluster = Optional.empty();
  private boolean isHeldBack;
  private int followed;
  private int taken;

  /** From now on, what transactions store there is there. */
  synchronized void of(FakeCluster stored) {
    cluster = Optional.of(stored);
  }

  /** Another process has stored it. */
  synchronized void add(ProducerRecord<byte[], byte[]> record) {
    before.add(record);
  }

  synchronized void holdBack() {
    isHeldBack = true;
  }

  synchronized void tell(int partition) {
    isHeldBack = false;
    Objects.requireNonNull(listeners.get(partition)).there(there(partition));
  }

  /** The listener that asked for a partition last. */
  synchronized Parking.Listener listener(int partition) {
    return Objects.requireNonNull(listeners.get(partition));
  }

  /** How often a partition was asked for. */
  synchronized int followedCount() {
    return followed;
  }

  /** How much of what came was taken. */
  synchronized int takenCount() {
    return taken;
  }

  @Override
  public synchronized void follow(int partition, Parking.Listener listener) {
    followed++;
    listeners.put(partition, listener);
    if (!isHeldBack) {
      listener.there(there(partition));
    }
  }

  @Override
  public synchronized void leave(int partition) {
    listeners.remove(partition);
  }

  /** A person wants something done. */
  synchronized void comes(ProducerRecord<byte[], byte[]> record) {
    before.add(record);
    listener(record.partition()).came(stored(record), () -> taken++);
  }

  /** Of each key the last record, as long as it has a value. */
  synchronized List<ConsumerRecord<byte[], byte[]>> there(int partition) {
    Map<String, ConsumerRecord<byte[], byte[]>> there = new LinkedHashMap<>();
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>(before);
    cluster.ifPresent(stored -> all.addAll(stored.counted(TOPIC)));
    for (ProducerRecord<byte[], byte[]> record : all) {
      if (record.partition() == partition && !Parked.isReturn(Wire.key(record.key()))) {
        String key = Wire.key(record.key());
        there.remove(key);
        if (record.value() != null) {
          there.put(key, stored(record));
        }
      }
    }
    return List.copyOf(there.values());
  }

  private static ConsumerRecord<byte[], byte[]> stored(ProducerRecord<byte[], byte[]> record) {
    return new ConsumerRecord<>(
        record.topic(),
        record.partition(),
        0,
        0,
        TimestampType.CREATE_TIME,
        0,
        0,
        record.key(),
        record.value(),
        record.headers(),
        Optional.empty());
  }
}
