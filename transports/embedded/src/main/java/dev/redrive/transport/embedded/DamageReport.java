// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

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
    Trace trace = Trace.of(services.store(), queue, Family.IDS, place);
    DeadRecord letter = Graveyard.damaged(trace, place, cause);
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
                () -> {
                  queue.released(place);
                  queue.free(letter.message().key());
                },
                () -> queue.unreserve(place)));
  }
}
