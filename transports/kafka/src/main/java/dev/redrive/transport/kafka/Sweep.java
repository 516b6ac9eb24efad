// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes from the ladder what has left it. The ladder keeps its records for weeks, in case that
 * nobody moves them; each delayed message leaves some there. And should the broker forget the
 * group's offsets, because all processes were away for long, what is not there any more cannot be
 * moved a second time.
 *
 * <p>Only records before a committed offset are deleted, whose copies are therefore stored. Where
 * that is not allowed, they stay until their time is over. Used by the mover's thread alone; does
 * not wait for the broker.
 */
final class Sweep {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  private final Admin admin;
  private final Timers timers;
  private final Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
  private long last;

  Sweep(Admin admin, Timers timers) {
    this.admin = admin;
    this.timers = timers;
    this.last = timers.nanoTime();
  }

  /** Everything before these offsets was moved, and that is committed. */
  void moved(Map<TopicPartition, OffsetAndMetadata> offsets) {
    moved.putAll(offsets);
    if (timers.nanoTime() - last >= EVERY.toNanos()) {
      sweep();
    }
  }

  /** Takes away what was moved by now. */
  void sweep() {
    last = timers.nanoTime();
    if (moved.isEmpty()) {
      return;
    }
    admin
        .deleteRecords(
            moved.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey,
                        each -> RecordsToDelete.beforeOffset(each.getValue().offset()))))
        .all()
        .toCompletionStage()
        .exceptionally(
            failure -> {
              log.info(
                  "what has left the ladder is kept until its time is over, as it cannot be"
                      + " deleted (DELETE on its topics): {}",
                  failure.toString());
              return null;
            });
    moved.clear();
  }
}
