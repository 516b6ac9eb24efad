// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The queues that the store has, and how they are read from it. */
final class Catalog {
  private static final String PREFIX = "queue/";

  /** The character after the slash, so the end of all names with the prefix. */
  private static final String PREFIX_END = "queue0";

  private final Store store;
  private final Consumer<QueueState> onWork;
  private final List<QueueState> queues = new CopyOnWriteArrayList<>();

  Catalog(Store store, Consumer<QueueState> onWork) {
    this.store = store;
    this.onWork = onWork;
  }

  static byte[] key(String queue) {
    return Keys.meta(PREFIX + queue);
  }

  /** A queue that the store does not have yet. */
  static QueueState fresh(QueueRecord record, Consumer<QueueState> onWork) {
    EndBuckets ends = new EndBuckets(List.of(), Times.span(record.spec().dedupWindow()));
    return new QueueState(record, CountRecord.ZERO, Place.FIRST, ends, onWork);
  }

  /** Adds a queue that the store does not have yet; its record is still to be written. */
  QueueState add(QueueRecord record) {
    QueueState queue = fresh(record, onWork);
    queues.add(queue);
    return queue;
  }

  /** The queues that the store has. Called once. */
  List<QueueState> read() {
    try (Cursor cursor = store.scan(Family.META, Keys.meta(PREFIX), Keys.meta(PREFIX_END))) {
      for (; cursor.isValid(); cursor.next()) {
        queues.add(read(QueueRecord.decode(cursor.key(), cursor.value())));
      }
    }
    return List.copyOf(queues);
  }

  /** The queue of this number, which must be there. */
  QueueState queue(int number) {
    return queues.stream()
        .filter(queue -> queue.number() == number)
        .findFirst()
        .orElseThrow(() -> new CorruptRecordException("there is no queue " + number));
  }

  private QueueState read(QueueRecord record) {
    EndBuckets ends =
        new EndBuckets(
            EndBuckets.read(store, record.number()), Times.span(record.spec().dedupWindow()));
    return new QueueState(record, counts(record.number()), low(record.number()), ends, onWork);
  }

  private CountRecord counts(int queue) {
    byte[] key = Keys.meta("count/" + queue);
    return store
        .get(Family.META, key)
        .map(value -> CountRecord.decode(key, value))
        .orElse(CountRecord.ZERO);
  }

  private Place low(int queue) {
    byte[] key = Keys.meta("low/" + queue);
    return store
        .get(Family.META, key)
        .map(value -> PlaceRecord.decode(key, value).place())
        .orElse(Place.FIRST);
  }

  /** Makes all queues forget what they know of the store, and begin anew with what is there. */
  void reload() {
    for (QueueState queue : queues) {
      Leases leases = queue.leases();
      for (EmbeddedLease lease : queue.reload(counts(queue.number()), low(queue.number()))) {
        byte[] key = Keys.place(queue.number(), lease.place());
        if (store.get(Family.QUEUE, key).isEmpty()) {
          leases.settled(lease);
        }
      }
      queue.work();
    }
  }
}
