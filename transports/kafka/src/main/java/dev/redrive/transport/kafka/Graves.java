// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.Destinations.Standing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead topics of queues that have a message on the ladder which no topic takes. Whoever sent
 * that message had made its queue's; if somebody has deleted it since, it is made again. Used by
 * the mover's thread alone; its methods block.
 */
final class Graves {
  private static final Logger log = LoggerFactory.getLogger(Graves.class);

  private final Function<String, ? extends CompletionStage<?>> maker;
  private final Names names;
  private final Destinations destinations;
  private final Map<String, Obstacle> obstacles = new HashMap<>();

  /**
   * Why there can be none.
   *
   * @param isPassing true if waiting may cure it
   */
  private record Obstacle(String text, boolean isPassing) {

    static Obstacle of(ExecutionException failure) {
      @Nullable Throwable told = failure.getCause();
      @Nullable Throwable why = told == null ? null : told.getCause();
      return new Obstacle(
          String.valueOf(told == null ? failure.getMessage() : told.getMessage()),
          // There are too few brokers for its copies just now.
          why instanceof RetriableException || why instanceof InvalidReplicationFactorException);
    }
  }

  /**
   * @param maker sees to it that the dead topic of a queue is there and can be used
   * @param destinations knows whether it can be sent to just now
   */
  Graves(
      Function<String, ? extends CompletionStage<?>> maker,
      Names names,
      Destinations destinations) {
    this.maker = maker;
    this.names = names;
    this.destinations = destinations;
  }

  /**
   * Sees to it that those of these queues are there, or that it is known why they cannot be.
   *
   * @throws KafkaException if the cluster does not answer
   */
  void look(Set<String> queues) {
    obstacles.clear();
    Set<String> made = new HashSet<>();
    for (String queue : queues) {
      try {
        maker.apply(queue).toCompletableFuture().get();
        made.add(names.dead(queue));
      } catch (ExecutionException failure) {
        Obstacle obstacle = Obstacle.of(failure);
        obstacles.put(queue, obstacle);
        if (obstacle.isPassing()) {
          log.error("delayed messages of {} wait to be dead letters: {}", queue, obstacle.text());
        }
      } catch (InterruptedException interrupted) {
        throw new InterruptException(interrupted);
      }
    }
    destinations.look(made);
  }

  /** How it stands with that of a queue that was looked for. */
  Standing standing(String queue) {
    Obstacle obstacle = obstacles.get(queue);
    if (obstacle == null) {
      return destinations.standing(names.dead(queue), 0);
    }
    return obstacle.isPassing() ? Standing.AWAITED : Standing.GONE;
  }

  /** Why that of a queue is gone. */
  String why(String queue) {
    Obstacle obstacle = obstacles.get(queue);
    return obstacle == null ? "there is no topic " + names.dead(queue) : obstacle.text();
  }
}
