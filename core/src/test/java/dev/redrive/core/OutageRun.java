// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.Queue;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.retry.Simulation;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An engine on virtual time whose dependency is down for a while: messages come evenly, attempts
 * fail at once during the outage and succeed after it. What happens is counted by the buckets of a
 * {@link Simulation}.
 */
final class OutageRun {
  private final Simulation simulation;
  private final double[] firstAttempts;
  private final double[] retries;
  private final double[] dead;
  private final double[] waiting;
  private final double[] open;
  private final double[] mostOfOne;
  private Duration drained = Duration.ZERO;

  private OutageRun(Simulation simulation) {
    int buckets = simulation.buckets().size();
    this.simulation = simulation;
    this.firstAttempts = new double[buckets];
    this.retries = new double[buckets];
    this.dead = new double[buckets];
    this.waiting = new double[buckets];
    this.open = new double[buckets];
    this.mostOfOne = new double[buckets];
  }

  /** The mean of several runs, each of which draws other delays; the latest end of all. */
  static OutageRun mean(int seeds, RetryPolicy policy, Simulation simulation) {
    OutageRun mean = new OutageRun(simulation);
    for (int seed = 0; seed < seeds; seed++) {
      OutageRun run = new OutageRun(simulation);
      run.live(seed, policy, 10_000, Duration.ZERO);
      mean.add(run, seeds);
    }
    return mean;
  }

  /** One run with a dependency that takes only so many attempts at once, each for this long. */
  static OutageRun bounded(
      long seed, RetryPolicy policy, Simulation simulation, int atOnce, Duration each) {
    OutageRun run = new OutageRun(simulation);
    run.live(seed, policy, atOnce, each);
    return run;
  }

  private void add(OutageRun run, int seeds) {
    addTo(firstAttempts, run.firstAttempts, seeds);
    addTo(retries, run.retries, seeds);
    addTo(dead, run.dead, seeds);
    addTo(waiting, run.waiting, seeds);
    Arrays.setAll(mostOfOne, i -> Math.max(mostOfOne[i], run.mostOfOne[i]));
    drained = drained.compareTo(run.drained) < 0 ? run.drained : drained;
  }

  private static void addTo(double[] sums, double[] counts, int seeds) {
    Arrays.setAll(sums, i -> sums[i] + counts[i] / seeds);
  }

  private void live(long seed, RetryPolicy policy, int atOnce, Duration each) {
    try (World world = new World(seed)) {
      Queue<String> queue = world.queue(options -> options.policy(policy).concurrency(atOnce));
      Life life = new Life(world, atOnce, each);
      world.redrive().listen(life::tell);
      queue.handleAsync(life::attempt);
      Duration apart = Duration.ofNanos((long) (1e9 / simulation.messagesPerSecond()));
      Duration next = apart.dividedBy(2);
      for (int bucket = 0; bucket < simulation.buckets().size(); bucket++) {
        Duration end = simulation.bucketWidth().multipliedBy(bucket + 1L);
        for (; next.compareTo(end) < 0; next = next.plus(apart)) {
          world.advance(next.minus(world.elapsed()));
          world.send(queue, "m" + next.toMillis());
        }
        world.advance(end.minus(world.elapsed()));
        life.endOf(bucket);
      }
      drain(world, queue, life, apart);
    }
  }

  // Those that come later share the room with those that were hit, until nothing is piled up.
  private void drain(World world, Queue<String> queue, Life life, Duration apart) {
    while (!life.hit.isEmpty() || life.hasBacklog()) {
      world.advance(apart);
      world.send(queue, "m" + world.elapsed().toMillis());
    }
  }

  double firstAttempts(int bucket) {
    return firstAttempts[bucket];
  }

  double retries(int bucket) {
    return retries[bucket];
  }

  double dead(int bucket) {
    return dead[bucket];
  }

  /** Messages that wait for a retry at the end of the bucket. */
  double waiting(int bucket) {
    return waiting[bucket];
  }

  /** Messages that were sent and have not ended at the end of the bucket. */
  double open(int bucket) {
    return open[bucket];
  }

  /** The most retries that one message had in the bucket. */
  double mostOfOne(int bucket) {
    return mostOfOne[bucket];
  }

  /** When the last message that had failed was no more, nor one that had to wait for its turn. */
  Duration drained() {
    return drained;
  }

  /** The dependency, and what is known of the messages. */
  private final class Life {
    private final World world;
    private final int atOnce;
    private final Duration each;
    private final Instant up = VirtualTime.START.plus(simulation.outage());
    private final Set<String> hit = new HashSet<>();
    private final Set<String> waitingNow = new HashSet<>();
    private final Map<String, Integer> ofOne = new HashMap<>();
    private int sent;
    private int ended;

    Life(World world, int atOnce, Duration each) {
      this.world = world;
      this.atOnce = atOnce;
      this.each = each;
    }

    CompletionStage<Void> attempt(Message<String> message) {
      int bucket = bucket();
      waitingNow.remove(message.id());
      if (message.attempt() == 1) {
        count(firstAttempts, bucket);
      } else {
        count(retries, bucket);
        ofOne.merge(message.id(), 1, Integer::sum);
      }
      if (world.now().isBefore(up)) {
        hit.add(message.id());
        return CompletableFuture.failedStage(new IOException("down"));
      }
      CompletableFuture<Void> done = new CompletableFuture<>();
      if (each.isZero()) {
        done.complete(null);
      } else {
        world.time().at(world.now().plus(each), () -> done.complete(null));
      }
      return done;
    }

    void tell(Event event) {
      if (event instanceof Event.Sent) {
        sent++;
      } else if (event instanceof Event.Retried retried) {
        waitingNow.add(retried.id());
      } else if (event instanceof Event.Died died) {
        count(dead, bucket());
        end(died.id());
      } else if (event instanceof Event.Succeeded succeeded) {
        end(succeeded.id());
      }
    }

    private void end(String id) {
      boolean hadBacklog = hasBacklog();
      ended++;
      if (hit.remove(id) || hadBacklog) {
        drained = world.elapsed();
      }
    }

    /** More is there than is being attempted, or is about to be. */
    boolean hasBacklog() {
      return sent - ended > atOnce;
    }

    private int bucket() {
      return (int) world.elapsed().dividedBy(simulation.bucketWidth());
    }

    private void count(double[] counts, int bucket) {
      if (bucket < counts.length) {
        counts[bucket]++;
      }
    }

    void endOf(int bucket) {
      waiting[bucket] = waitingNow.size();
      open[bucket] = sent - ended;
      mostOfOne[bucket] = ofOne.values().stream().mapToInt(count -> count).max().orElse(1);
      ofOne.clear();
    }
  }
}
