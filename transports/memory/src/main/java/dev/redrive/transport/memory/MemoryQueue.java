// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.DeadLetter;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A queue at work: every operation on what it holds, at the present time and under its lock, and
 * what follows from it for the consumers. Thread-safe.
 */
final class MemoryQueue {
  private final Environment environment;
  private final QueueState state;
  private final HandOver handOver;
  private final long maxBytes;

  MemoryQueue(Environment environment, QueueState state, long maxBytes) {
    this.environment = environment;
    this.state = state;
    this.handOver = new HandOver(environment, state);
    this.maxBytes = maxBytes;
  }

  HandOver handOver() {
    return handOver;
  }

  DeadShelf shelf() {
    return state.shelf();
  }

  /** Does something to the state, and hands over what that made possible. */
  <R> R change(Function<Instant, R> change) {
    synchronized (state.lock()) {
      Instant now = environment.clock().instant();
      state.expire(environment.timers().nanoTime());
      R result = change.apply(now);
      handOver.wake();
      return result;
    }
  }

  void adapt(QueueSpec spec) {
    change(
        now -> {
          state.adapt(spec);
          return spec;
        });
  }

  List<PublishResult> publish(List<OutMessage> batch) {
    return change(
        now -> batch.stream().map(message -> state.publish(message, now, maxBytes)).toList());
  }

  boolean cancel(String id) {
    return change(now -> state.cancel(id, now));
  }

  Optional<MessageStatus> find(String id) {
    return change(now -> state.find(id, now));
  }

  Optional<DeadLetter> deadLetter(String id) {
    return change(now -> state.dead(id).map(state.shelf()::letter));
  }

  /** Sends back those of these dead letters that are still there. */
  int replay(List<Long> deathNumbers) {
    return change(now -> count(deathNumbers, each -> state.replay(each, now)));
  }

  /** Deletes those of these dead letters that are still there. */
  int purge(List<Long> deathNumbers) {
    return change(now -> count(deathNumbers, each -> state.purge(each, now)));
  }

  private static int count(List<Long> deathNumbers, Predicate<Long> move) {
    return (int) deathNumbers.stream().filter(move).count();
  }

  QueueStats stats() {
    return change(state::stats);
  }

  List<Settled> begin(List<Lease> leases) {
    return change(
        now -> leases.stream().map(each -> ifHeld(each, held -> held.entry().begin())).toList());
  }

  List<Settled> renew(List<Lease> leases, Duration by) {
    long end = environment.timers().nanoTimeAfter(by);
    return change(
        now -> leases.stream().map(each -> ifHeld(each, held -> state.renew(held, end))).toList());
  }

  List<Settled> settle(List<Settlement> settlements) {
    return change(
        now ->
            settlements.stream()
                .map(each -> ifHeld(each.lease(), held -> settle(each, held, now)))
                .toList());
  }

  private Settled ifHeld(Lease lease, Consumer<MemoryLease> action) {
    if (lease instanceof MemoryLease ours && !handOver.isEnded() && ours.entry().isHeldBy(ours)) {
      action.accept(ours);
      return Settled.DONE;
    }
    return Settled.STALE;
  }

  private void settle(Settlement settlement, MemoryLease lease, Instant now) {
    if (settlement instanceof Settlement.Ack) {
      state.ack(lease, now);
    } else if (settlement instanceof Settlement.Retry retry) {
      state.retry(lease, retry);
    } else if (settlement instanceof Settlement.Defer defer) {
      state.defer(lease, defer);
    } else if (settlement instanceof Settlement.Dead dead) {
      state.die(lease, dead, now);
    } else if (settlement instanceof Settlement.Discard) {
      state.discard(lease, now);
    } else {
      throw new IllegalArgumentException("no such settlement: " + settlement);
    }
  }
}
