// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Environment;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * What a transport's queues share to get at their dead letters.
 *
 * @param admin lives as long as the transport; not closed here
 * @param memory of all queues together
 */
record DeadTopics(
    Names names, Clients clients, Admin admin, Environment environment, LetterMemory memory) {

  DeadTopics(Names names, Clients clients, Admin admin, Environment environment) {
    this(names, clients, admin, environment, new LetterMemory(LetterMemory.BYTES_MAX));
  }

  /**
   * The dead letters of a queue, whose topics are there.
   *
   * @param purged told, on some thread, of letters that were ended for good
   */
  DeadTopic of(String queue, IntConsumer purged) {
    return new DeadTopic(queue, this, purged);
  }
}
