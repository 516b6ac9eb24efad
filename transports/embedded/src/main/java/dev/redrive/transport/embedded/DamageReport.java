// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done with a message whose record was damaged: its bytes are kept aside, and a dead letter
 * says so where people look. It cannot be replayed, for what it said is not known.
 */
final class DamageReport {
  private static final Logger LOG = LoggerFactory.getLogger(DamageReport.class);

  private final Services services;
  private final QueueState queue;

  DamageReport(Services services, QueueState queue) {
    this.services = services;
    this.queue = queue;
  }

  /** Takes the record that stands at this place out of the queue. */
  void bury(Place place, byte[] value, CorruptRecordException cause) {
    if (queue.reserve(place)) {
      LOG.error(
          "A message of queue {} at {} is damaged and goes to the dead letters: {}",
          queue.name(),
          place,
          cause.getMessage());
      services.reading().execute(() -> write(place, value, cause));
    }
  }

  private void write(Place place, byte[] value, CorruptRecordException cause) {
    // Id and line are found by search, which takes long, but damage is rare.
    Optional<Line> line = lineAt(place);
    DeadRecord letter =
        Graveyard.damaged(
            idAt(place), line.map(Line::key), line.map(Line::seq).orElse(0L), place, cause);
    byte[] key = Keys.place(queue.number(), place);
    services
        .committer()
        .submit(
            new RareChange<>(
                value.length + 256,
                batch -> {
                  batch.put(Family.QUARANTINE, key, value);
                  batch.remove(queue, place, true);
                  batch.die(queue, place, letter);
                  queue.ledger().died(0);
                  return true;
                },
                () -> queue.released(place),
                () -> queue.unreserve(place)));
  }

  private Optional<String> idAt(Place place) {
    try (Cursor cursor = all(Family.IDS)) {
      for (; cursor.isValid(); cursor.next()) {
        if (PointerRecord.decode(cursor.key(), cursor.value()).place().equals(place)) {
          return Optional.of(Keys.id(cursor.key()));
        }
      }
      return Optional.empty();
    }
  }

  private Optional<Line> lineAt(Place place) {
    if (!queue.isOrdered()) {
      return Optional.empty();
    }
    try (Cursor cursor = all(Family.KEYS)) {
      for (; cursor.isValid(); cursor.next()) {
        OrderRecord order = OrderRecord.decode(cursor.key(), cursor.value());
        if (!order.isDead() && order.place().equals(place)) {
          return Optional.of(new Line(Keys.orderedKey(cursor.key()), Keys.seq(cursor.key())));
        }
      }
      return Optional.empty();
    }
  }

  private Cursor all(Family family) {
    return services
        .store()
        .scan(family, Keys.start(queue.number()), Keys.start(queue.number() + 1));
  }

  private record Line(String key, long seq) {}
}
