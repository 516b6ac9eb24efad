// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which queues' topics can be sent to, as asked for a moment ago: a producer that sends to one that
 * cannot waits for it, and all the ladder with it. Used by the mover's thread alone; its methods
 * block.
 */
final class Destinations {
  private static final Logger log = LoggerFactory.getLogger(Destinations.class);

  private static final Duration FRESH = Duration.ofSeconds(5);

  /** A topic that is made anew is missing for moments, and brokers hear of it one by one. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Admin admin;
  private final Timers timers;
  private final Map<String, Destination> known = new HashMap<>();

  /** How it stands with a topic. */
  enum Standing {
    /** It can be sent to. */
    HERE,
    /** Not now; this may change. */
    AWAITED,
    /** There is none any more. */
    GONE
  }

  /**
   * A topic as it was found.
   *
   * @param partitions how many it has
   * @param leaderless those that nothing can be sent to now
   * @param at when it was asked for, as {@link Timers#nanoTime}
   * @param missingSince since when it is missing without a break
   */
  private record Destination(
      Standing standing,
      int partitions,
      Set<Integer> leaderless,
      long at,
      OptionalLong missingSince) {

    static Destination here(int partitions, Set<Integer> leaderless, long now) {
      return new Destination(Standing.HERE, partitions, leaderless, now, OptionalLong.empty());
    }

    static Destination notHere(Standing standing, long now, OptionalLong missingSince) {
      return new Destination(standing, 0, Set.of(), now, missingSince);
    }
  }

  Destinations(Admin admin, Timers timers) {
    this.admin = admin;
    this.timers = timers;
  }

  /**
   * Sees to it that these are known.
   *
   * @throws KafkaException if the cluster does not answer
   */
  void look(Set<String> topics) {
    long now = timers.nanoTime();
    Set<String> asked = new HashSet<>(topics);
    asked.removeIf(topic -> known.containsKey(topic) && isYounger(topic, FRESH, now));
    if (asked.isEmpty()) {
      return;
    }
    admin
        .describeTopics(asked)
        .topicNameValues()
        .forEach((topic, answer) -> known.put(topic, found(topic, answer, now)));
    known.keySet().removeIf(topic -> !isYounger(topic, PATIENCE.multipliedBy(2), now));
  }

  private boolean isYounger(String topic, Duration age, long now) {
    Destination destination = known.get(topic);
    return destination != null && now - destination.at() < age.toNanos();
  }

  private Destination found(String topic, KafkaFuture<TopicDescription> answer, long now) {
    try {
      TopicDescription description = answer.get();
      return Destination.here(
          description.partitions().size(),
          description.partitions().stream()
              .filter(Destinations::isLeaderless)
              .map(TopicPartitionInfo::partition)
              .collect(Collectors.toSet()),
          now);
    } catch (ExecutionException failure) {
      return notFound(topic, failure, now);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }

  private static boolean isLeaderless(TopicPartitionInfo partition) {
    @Nullable Node leader = partition.leader();
    return leader == null || leader.isEmpty();
  }

  private Destination notFound(String topic, ExecutionException failure, long now) {
    @Nullable Throwable cause = failure.getCause();
    if (cause instanceof InvalidTopicException) {
      return Destination.notHere(Standing.GONE, now, OptionalLong.empty());
    }
    if (cause instanceof TopicAuthorizationException) {
      log.error(
          "delayed messages of {} wait, because Redrive may not describe this topic; allow it"
              + " DESCRIBE, READ and WRITE",
          topic);
      return Destination.notHere(Standing.AWAITED, now, OptionalLong.empty());
    }
    if (cause instanceof UnknownTopicOrPartitionException) {
      @Nullable Destination before = known.get(topic);
      long since = before == null ? now : before.missingSince().orElse(now);
      boolean isGone = now - since >= PATIENCE.toNanos();
      return Destination.notHere(
          isGone ? Standing.GONE : Standing.AWAITED, now, OptionalLong.of(since));
    }
    throw cause instanceof KafkaException known ? known : new KafkaException(failure);
  }

  /** How it stands with a topic that was looked for, or with this partition of it. */
  Standing standing(String topic, int partition) {
    Destination destination = destination(topic);
    // Where the key decides, it may be any.
    boolean isKnown = partition >= 0 && partition < destination.partitions();
    boolean isAwaited =
        isKnown
            ? destination.leaderless().contains(partition)
            : !destination.leaderless().isEmpty();
    return destination.standing() == Standing.HERE && isAwaited
        ? Standing.AWAITED
        : destination.standing();
  }

  /** How many partitions a topic has that was looked for. */
  int partitions(String topic) {
    return destination(topic).partitions();
  }

  private Destination destination(String topic) {
    Destination destination = known.get(topic);
    if (destination == null) {
      throw new IllegalStateException("nobody looked for " + topic);
    }
    return destination;
  }

  /** What is known may be wrong: those that were found are asked for again. */
  void doubt() {
    known.values().removeIf(destination -> destination.standing() == Standing.HERE);
  }
}
