// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What Redrive calls what it adds to a cluster. A queue's topic itself has the user's own name.
 * Names with an @ or a colon can be nobody's queue or process.
 *
 * @param prefix the first word of each name
 * @param givenGroup the consumer group of all queues; empty for one of its own for each
 */
record Names(String prefix, Optional<String> givenGroup) {

  /** The consumer group that takes the messages of a queue. */
  String group(String queue) {
    return givenGroup.orElse(prefix + "." + queue);
  }

  /** The topic whose messages all wait equally long, {@link Ladder#hold}. */
  String hold(int level) {
    return String.format(Locale.ROOT, "%s.hold.%02d", prefix, level);
  }

  /** All topics of the ladder, the shortest hold first. */
  List<String> holds() {
    return IntStream.range(0, Ladder.LEVELS).mapToObj(this::hold).toList();
  }

  /** Where messages of the ladder end up that have no queue to go to. Redrive never reads it. */
  String lost() {
    return prefix + ".lost";
  }

  /** True if the topic belongs to all queues, so that none can have its name. */
  boolean isShared(String topic) {
    return topic.equals(lost()) || holds().contains(topic);
  }

  /** The consumer group that moves messages down the ladder. */
  String movers() {
    return prefix + "@movers";
  }

  /** The compacted topic of a queue's dead letters. */
  String dead(String queue) {
    return prefix + "." + queue + ".dead";
  }

  /** The compacted topic of what waits in an ordered queue off its topic. */
  String parked(String queue) {
    return prefix + "." + queue + ".parked";
  }

  /** The transactions of one process by which it moves messages down the ladder. */
  String moverTransactions(String process) {
    return prefix + "@" + process + ":";
  }

  /** The transactions of one process by which it settles messages of a queue. */
  String transactions(String process, String queue) {
    return prefix + "@" + process + ":" + queue;
  }

  /** The transactions that move dead letters of a queue; one process at a time has them. */
  String deadTransactions(String queue) {
    return prefix + "@dead:" + queue;
  }
}
