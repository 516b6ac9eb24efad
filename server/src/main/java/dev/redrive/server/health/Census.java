// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.health;

import dev.redrive.QueueStats;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateView;
import dev.redrive.server.queue.ManagedQueue;
import dev.redrive.server.queue.QueueBook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The counts of all queues, at most a second old, so that probes cost the store nothing however
 * many come. Thread-safe.
 */
public final class Census {
  private static final Duration AGE_MAX = Duration.ofSeconds(1);

  /** A transport that is cut off may answer never. */
  private static final Duration WAIT_MAX = Duration.ofSeconds(2);

  private final QueueBook book;
  private final InstantSource clock;
  private Instant takenAt = Instant.EPOCH;
  private CompletableFuture<Map<String, QueueStats>> counts = new CompletableFuture<>();

  /** Counts these queues. */
  public Census(QueueBook book, InstantSource clock) {
    this.book = book;
    this.clock = clock;
  }

  /** The counts by queue; fails if the transport cannot be asked. */
  public synchronized CompletionStage<Map<String, QueueStats>> counts() {
    Instant now = clock.instant();
    boolean isStale = now.isAfter(takenAt.plus(AGE_MAX)) || now.isBefore(takenAt);
    if (isStale && (takenAt.equals(Instant.EPOCH) || counts.isDone())) {
      takenAt = now;
      counts = take();
    }
    return counts;
  }

  /** What stands before the attempts of each queue, as it is now. */
  Map<String, List<GateView>> gates() {
    Map<String, List<GateView>> gates = new HashMap<>();
    for (ManagedQueue queue : book.all()) {
      gates.put(queue.name(), queue.queue().gates());
    }
    return gates;
  }

  /**
   * How many messages wait for each dependency that holds queues, or lets them through little by
   * little: those that these queues have, due or not. Of queues of which only some messages need
   * it, nobody knows how many do.
   *
   * @param counts as {@link #counts} gave them
   */
  public Map<String, Long> waitingByDependency(Map<String, QueueStats> counts) {
    Map<String, Long> waiting = new HashMap<>();
    for (ManagedQueue queue : book.all()) {
      QueueStats stats = counts.get(queue.name());
      if (stats != null) {
        holder(queue).ifPresent(name -> waiting.merge(name, stats.waiting(), Long::sum));
      }
    }
    return waiting;
  }

  private static Optional<String> holder(ManagedQueue queue) {
    List<GateView> gates = queue.queue().gates();
    // A queue's dependency is asked last.
    boolean isHolding =
        !gates.isEmpty()
            && gates.get(gates.size() - 1).status().state() != GateStatus.State.PASSING;
    return queue.config().options().guards().dependency().filter(name -> isHolding);
  }

  private CompletableFuture<Map<String, QueueStats>> take() {
    Map<String, CompletableFuture<QueueStats>> asked = new HashMap<>();
    for (ManagedQueue queue : book.all()) {
      asked.put(queue.name(), queue.queue().stats().toCompletableFuture());
    }
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
        .thenApply(
            ready -> {
              Map<String, QueueStats> answers = new HashMap<>();
              asked.forEach((name, stats) -> answers.put(name, stats.join()));
              return answers;
            })
        .orTimeout(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
  }
}
