// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import java.util.Locale;

/**
 * What Redrive calls what it adds to a virtual host. A queue itself has the user's own name.
 *
 * @param prefix the first word of each name
 */
record Names(String prefix) {

  /** The exchange and the queue of a level of the ladder. */
  String level(int level) {
    return String.format(Locale.ROOT, "%s.delay.%02d", prefix, level);
  }

  /** True of the queues that {@link #level} names. */
  boolean isLevel(String queue) {
    return queue.startsWith(prefix + ".delay.");
  }

  /** The exchange by which messages leave the ladder. */
  String due() {
    return prefix + ".due";
  }

  /** Where messages go whose queue was deleted while they were on the ladder. */
  String lost() {
    return prefix + ".lost";
  }

  /** The {@link Turn} to bring messages back from there. */
  String findingLost() {
    return prefix + ".lost.reading";
  }

  /** An exchange that is made last: where it is, the ladder is whole. */
  String ladderIsWhole() {
    return prefix + ".delay";
  }

  /** The queue of dead letters. */
  String dead(String queue) {
    return prefix + "." + queue + ".dead";
  }

  /** The {@link Turn} to make the ladder. */
  String building() {
    return prefix + ".delay.building";
  }

  /** The {@link Turn} to read the dead letters. */
  String reading(String queue) {
    return prefix + "." + queue + ".dead.reading";
  }

  /** A queue that is made and deleted to see whether the broker has streams. */
  String probe() {
    return prefix + ".probe";
  }
}
