// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.Timers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is due in one queue, and hands it over. Used by the dispatching thread alone. */
final class QueueReader {
  private static final Logger LOG = LoggerFactory.getLogger(QueueReader.class);

  /** So many messages may be ready in memory, unless they are large. */
  private static final int READY_MAX = 512;

  /** So many may be looked at in one reading, if they wait for others of their key. */
  private static final int LOOK_MAX = 4_096;

  private static final int HAND_OVER_MAX = 256;

  /** After so many rounds it is another queue's turn. */
  private static final int ROUNDS_MAX = 8;

  private static final long NEVER = Long.MAX_VALUE;

  private final QueueState queue;
  private final Store store;
  private final Sequence sequence;
  private final Committer committer;
  private final InstantSource clock;
  private final Timers timers;
  private final Lines lines;
  private final DamageReport damage;

  private final Alarm due;
  private final Alarm leaseEnd;

  QueueReader(QueueState queue, Services services) {
    this.queue = queue;
    this.store = services.store();
    this.sequence = services.sequence();
    this.committer = services.committer();
    this.clock = services.clock();
    this.timers = services.timers();
    this.due = Alarm.byClock(timers, queue::work);
    this.leaseEnd = Alarm.byElapsed(timers, queue::work);
    this.lines = new Lines(store, queue);
    this.damage = new DamageReport(services, queue);
  }

  /** Does what there is to do now. True if there is more. */
  boolean serve() {
    List<EmbeddedLease> lost = queue.expire(timers.nanoTime());
    if (!lost.isEmpty()) {
      committer.submit(MarkChange.takeBack(queue, lost));
    }
    readFreedLines();
    for (int round = 0; round < ROUNDS_MAX; round++) {
      long now = clock.millis();
      boolean hasRead = read(now);
      Optional<HandOver> next = queue.handOver(now, timers.nanoTime(), HAND_OVER_MAX);
      if (next.isPresent()) {
        give(next.get());
      } else if (!hasRead) {
        queue.nextDue(now).ifPresent(due::notAfter);
        queue.nextLeaseEnd().ifPresent(leaseEnd::notAfter);
        return false;
      }
    }
    return true;
  }

  /** Gives the timers back. */
  void stop() {
    due.cancel();
    leaseEnd.cancel();
  }

  private void give(HandOver handOver) {
    List<InMessage> messages = new ArrayList<>(handOver.leases().size());
    for (EmbeddedLease lease : handOver.leases()) {
      MessageRecord message = lease.message();
      messages.add(
          new InMessage(
              lease,
              message.id(),
              message.key(),
              lease.attempt(),
              message.crashes(),
              Instant.ofEpochMilli(lease.place().time()),
              Instant.ofEpochMilli(message.firstSeen()),
              message.headers(),
              message.body()));
    }
    try {
      handOver.owner().sink().accept(messages);
    } catch (RuntimeException e) {
      // The sink must not throw. Its leases end in time, and the messages come again.
      LOG.error("The consumer of queue {} failed to take messages", queue.name(), e);
    }
  }

  /** Reads on from the frontier. False if there was nothing to read. */
  private boolean read(long now) {
    Optional<Reading> begun = queue.beginReading(now, sequence.toCome(), READY_MAX);
    if (begun.isEmpty()) {
      return false;
    }
    Reading reading = begun.get();
    boolean isDone = false;
    try {
      List<Found> found = new ArrayList<>();
      Place end = reading.bound();
      long nextDue = NEVER;
      int bytes = 0;
      int looks = 0;
      try (Cursor cursor =
          store.scan(
              Family.QUEUE,
              Keys.place(queue.number(), reading.from()),
              Keys.start(queue.number() + 1))) {
        for (; cursor.isValid(); cursor.next(), looks++) {
          Place place = Keys.place(cursor.key());
          if (!place.isBefore(reading.bound())) {
            nextDue = place.time();
            break;
          }
          if (found.size() == READY_MAX || bytes >= Holdings.READY_BYTES_MAX || looks == LOOK_MAX) {
            end = place;
            nextDue = place.time();
            break;
          }
          bytes += take(cursor, place, found);
        }
      }
      queue.endReading(found, end, nextDue);
      isDone = true;
      return true;
    } finally {
      if (!isDone) {
        queue.abandonReading();
      }
    }
  }

  private int take(Cursor cursor, Place place, List<Found> found) {
    byte[] value = cursor.value();
    try {
      MessageRecord message = MessageRecord.decode(cursor.key(), value);
      if (lines.isFirst(place, message)) {
        found.add(new Found(place, message));
        return value.length;
      }
    } catch (CorruptRecordException e) {
      damage.bury(place, value, e);
    }
    return 0;
  }

  /** Lines whose first message has left: the next one may have been passed over before. */
  private void readFreedLines() {
    Optional<String> key = queue.takeFreedKey();
    while (key.isPresent()) {
      Optional<Found> head = Optional.empty();
      try {
        head = lines.head(key.get());
      } finally {
        queue.endReadingHead(head);
      }
      key = queue.takeFreedKey();
    }
  }
}
