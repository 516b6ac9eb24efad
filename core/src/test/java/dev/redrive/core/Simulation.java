// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.Delivery;
import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.core.TroubledTransport.Trouble;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Candidate;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.HoldException;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A life of a queue, drawn from a seed: what is sent, what handlers make of it, and what goes
 * wrong. Each seed leaves some kinds of trouble out altogether, so that what one kind hides is seen
 * in the life of another. {@link Ledger} holds what came of it to the promises.
 */
final class Simulation {
  private static final int STEPS = 120;
  private static final List<Trouble> TROUBLES =
      List.of(
          Trouble.NONE,
          Trouble.THROWS,
          Trouble.FAILS,
          Trouble.STALE,
          Trouble.UNKNOWN,
          Trouble.DONE_BUT_UNKNOWN);

  private final Random random;
  private final World world;
  private final Ledger ledger;
  private final int attempts;
  private final boolean isOrdered;
  private final boolean hasCrashes;
  private final boolean hasTrouble;
  private final boolean hasPauses;
  private final boolean hasLeases;
  private final boolean hasHangs;
  private final boolean isCalm;
  private final boolean hasGates;
  private final Doorman doorman = new Doorman();
  private Queue<String> queue;
  private boolean isKind;
  private int sent;

  Simulation(long seed) {
    random = new Random(seed);
    world = new World(seed);
    attempts = 1 + random.nextInt(5);
    isOrdered = random.nextInt(3) == 0;
    hasCrashes = random.nextInt(3) == 0;
    hasTrouble = random.nextInt(3) == 0;
    hasPauses = random.nextBoolean();
    hasLeases = random.nextInt(3) == 0;
    hasHangs = random.nextBoolean();
    isCalm = !hasCrashes && !hasTrouble && !hasLeases && !hasHangs && !hasPauses;
    ledger = new Ledger(world, attempts);
    hasGates = random.nextInt(3) == 0;
    doorman.says(this::answer);
    queue = declared();
    start();
  }

  /** True if nothing goes wrong in this life but the handlers' failures. */
  boolean isCalm() {
    return isCalm;
  }

  /** Lives the life to its end. Returns what happened, line by line. */
  List<String> run() {
    for (int i = 0; i < STEPS; i++) {
      step();
      world.run();
      ledger.check(queue);
    }
    end();
    return ledger.trace();
  }

  private Queue<String> declared() {
    RetryPolicy policy =
        RetryPolicy.builder()
            .backoff(Backoff.exponential(Duration.ofSeconds(1), Duration.ofMinutes(2)))
            .attempts(attempts)
            .build();
    int concurrency = 1 + random.nextInt(5);
    return world.queue(
        options -> {
          QueueOptions.Builder<String> given =
              options.policy(policy).concurrency(concurrency).timeout(Duration.ofSeconds(20));
          if (hasGates) {
            given.gates(doorman).dependency("psp");
          }
          return isOrdered ? given.ordered() : given;
        });
  }

  private Answer answer(Candidate candidate) {
    if (isKind || random.nextInt(3) > 0) {
      return doorman.pass(candidate);
    }
    return new Answer.Wait(
        Duration.ofMillis(1 + random.nextInt(4_000)),
        "drawn",
        random.nextBoolean() ? Answer.Reach.MESSAGE : Answer.Reach.QUEUE);
  }

  private void start() {
    world.transport().forge(ledger::handedOver);
    if (!hasLeases || random.nextBoolean()) {
      if (random.nextBoolean()) {
        queue.handleAsync(this::handleLater);
      } else {
        queue.handle(this::handle);
      }
    }
  }

  private void step() {
    int choice = random.nextInt(100);
    if (choice < 40) {
      send();
    } else if (choice < 75) {
      world.advance(Duration.ofMillis(random.nextInt(random.nextInt(10) == 0 ? 60_000 : 3_000)));
    } else if (choice < 80) {
      pauseOrResume();
    } else if (choice < 85) {
      trouble();
    } else if (choice < 90) {
      lease();
    } else if (choice < 93) {
      queue.cancel("m" + random.nextInt(sent + 1));
    } else if (choice < 95) {
      DeadLetterFilter all = DeadLetterFilter.all();
      if (random.nextBoolean()) {
        queue.deadLetters().replay(all, 1 + random.nextInt(3));
      } else {
        queue.deadLetters().purge(all, 1);
      }
    } else if (choice < 97) {
      queue = declared();
    } else {
      endProcess();
    }
  }

  private void send() {
    boolean isAgain = random.nextInt(10) == 0 && sent > 0;
    String id = "m" + (isAgain ? random.nextInt(sent) : sent++);
    Outgoing<String> message = World.message(id);
    if (random.nextInt(3) == 0) {
      message = message.after(Duration.ofMillis(random.nextInt(20_000)));
    }
    if (isOrdered) {
      message = message.key("k" + random.nextInt(4));
    }
    ledger.sending(message, isAgain);
    queue.send(message);
  }

  private void pauseOrResume() {
    if (queue.pauseReason().isPresent()) {
      queue.resume();
    } else if (hasPauses) {
      queue.pause("drawn");
    }
  }

  private void trouble() {
    if (hasTrouble) {
      world.transport().beginning(TROUBLES.get(random.nextInt(TROUBLES.size())));
      world.transport().settling(TROUBLES.get(random.nextInt(TROUBLES.size())));
      world.transport().renewing(TROUBLES.get(random.nextInt(TROUBLES.size())));
    }
  }

  private void endProcess() {
    if (!hasCrashes) {
      return;
    }
    if (random.nextBoolean()) {
      ledger.note("crash");
      world.crash();
    } else {
      ledger.note("close");
      world.redrive().close(Duration.ZERO);
      world.run();
      world.reopen();
    }
    queue = declared();
    start();
  }

  private void lease() {
    if (!hasLeases) {
      return;
    }
    queue
        .lease(
            1 + random.nextInt(3),
            Duration.ofMillis(random.nextInt(10_000)),
            Duration.ofMillis(1 + random.nextInt(15_000)))
        .thenAccept(deliveries -> deliveries.forEach(this::consume));
  }

  private void consume(Delivery<String> delivery) {
    ledger.started(queue, delivery.message());
    world.time().at(later(), () -> settle(delivery));
  }

  private void settle(Delivery<String> delivery) {
    switch (isKind ? 0 : random.nextInt(6)) {
      case 0, 1 -> delivery.ack();
      case 2 -> delivery.fail(new IOException("drawn"));
      case 3 -> delivery.release();
      case 4 -> delivery.dead("drawn");
      default -> delivery.extend(Duration.ofSeconds(1));
    }
  }

  private Instant later() {
    return world.now().plusMillis(random.nextInt(8_000));
  }

  private Optional<Exception> drawnFailure() {
    int choice = isKind ? 0 : random.nextInt(20);
    if (choice < 11) {
      return Optional.empty();
    } else if (choice < 17) {
      return Optional.of(new IOException("drawn"));
    } else if (choice < 18) {
      return Optional.of(new IllegalArgumentException("drawn"));
    } else if (choice < 19) {
      return Optional.of(new RejectedException("drawn"));
    }
    return hasPauses
        ? Optional.of(new HoldException("drawn", Optional.of(Duration.ofSeconds(3))))
        : Optional.empty();
  }

  private void handle(Message<String> message) throws Exception {
    ledger.started(queue, message);
    Optional<Exception> failure = drawnFailure();
    if (failure.isPresent()) {
      throw failure.get();
    }
    ledger.handled(message);
  }

  private CompletionStage<Void> handleLater(Message<String> message) throws Exception {
    if (random.nextInt(3) == 0) {
      handle(message);
      return CompletableFuture.completedFuture(null);
    }
    ledger.started(queue, message);
    CompletableFuture<Void> end = new CompletableFuture<>();
    if (isKind || !hasHangs || random.nextInt(5) > 0) {
      Optional<Exception> failure = drawnFailure();
      world.time().at(later(), () -> finish(message, end, failure));
    }
    return end;
  }

  private void finish(
      Message<String> message, CompletableFuture<Void> end, Optional<Exception> failure) {
    if (failure.isPresent()) {
      end.completeExceptionally(failure.get());
    } else {
      ledger.handled(message);
      end.complete(null);
    }
  }

  /** All trouble ends, and everything must come to its end. */
  private void end() {
    isKind = true;
    world.transport().beginning(Trouble.NONE);
    world.transport().settling(Trouble.NONE);
    world.transport().renewing(Trouble.NONE);
    queue.resume();
    queue.handle(this::handle);
    // In an ordered queue a dead letter holds its key up.
    for (int i = 0;
        i < 500 && world.stats(queue).waiting() + world.stats(queue).running() > 0;
        i++) {
      world.advance(Duration.ofMinutes(1));
      queue.resume();
      world.get(queue.deadLetters().purge(DeadLetterFilter.all(), 1_000));
      ledger.check(queue);
    }
    QueueStats stats = world.stats(queue);
    assertThat(stats.waiting()).as("nothing waits for ever: %s", stats).isZero();
    assertThat(stats.running()).as("nothing runs for ever: %s", stats).isZero();
    ledger.checkEnd(queue, stats, isCalm);
    long succeeded = world.journal().of(Event.Succeeded.class).size();
    if (!hasTrouble && !hasCrashes) {
      assertThat(succeeded).isEqualTo(stats.succeeded());
    }
    world.close();
    if (!hasCrashes) {
      assertThat(doorman.inside()).as("permits that were never told an end").isZero();
    }
  }
}
