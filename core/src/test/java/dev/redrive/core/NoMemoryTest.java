// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.AsyncHandler;
import dev.redrive.Delivery;
import dev.redrive.Handler;
import dev.redrive.Idempotency;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.gate.Answer;
import dev.redrive.store.caffeine.CaffeineIdempotencyStore;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Memory runs out at each call of the environment in turn, for one call or for several in a row.
 * Whatever was under way then is handled in the end, no place and no credit is lost, and no message
 * stays leased.
 */
class NoMemoryTest {
  private static final int MESSAGES = 4;
  private static final int CONCURRENCY = 2;

  private static void play(int calls, Consumer<Queue<String>> start) {
    play(calls, start, (world, options) -> options);
  }

  private static void play(int calls, Consumer<Queue<String>> start, Options options) {
    boolean isOver = false;
    for (int nth = 1; !isOver; nth++) {
      isOver = !playWithout(nth, calls, start, options);
    }
  }

  /** What a queue is declared with besides. */
  private interface Options {
    QueueOptions.Builder<String> with(World world, QueueOptions.Builder<String> options);
  }

  private static World world(NoMemory memory) {
    World world = new World(memory);
    world.transport().hurry(new Haste(world.time(), Duration.ofSeconds(2), Duration.ofHours(7)));
    return world;
  }

  private static void send(World world, Queue<String> queue) {
    for (int i = 0; i < MESSAGES; i++) {
      world.get(queue.send(message("early" + i).after(Duration.ofMillis(1_500))));
    }
  }

  /** False if the life of these messages has fewer calls. */
  private static boolean playWithout(
      int nth, int calls, Consumer<Queue<String>> start, Options with) {
    String at = "no memory for %d calls from call %d on".formatted(calls, nth);
    NoMemory memory = new NoMemory();
    try (World world = world(memory)) {
      Queue<String> queue =
          world.queue(options -> with.with(world, options.concurrency(CONCURRENCY)));
      start.accept(queue);
      world.run();
      send(world, queue);
      memory.from(nth, calls);

      world.advance(Duration.ofMinutes(5));
      boolean wasNone = memory.ended();
      world.advance(Duration.ofMinutes(5));

      QueueStats stats = world.stats(queue);
      assertThat(stats.succeeded() + stats.dead()).as("ended, %s", at).isEqualTo(MESSAGES);
      // What was lent while messages waited is asked for too much until the next requests.
      assertThat(world.transport().asked())
          .as("asked for, %s", at)
          .isBetween(2 * CONCURRENCY, 2 * CONCURRENCY + MESSAGES);
      return wasNone;
    } catch (OutOfMemoryError escaped) {
      throw new AssertionError("nobody caught it, " + at, escaped);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50})
  void async_handlers_go_on(int calls) {
    AsyncHandler<String> failingOnce =
        message ->
            message.attempt() == 1
                ? CompletableFuture.failedFuture(new IOException("planned"))
                : CompletableFuture.completedFuture(null);

    play(calls, queue -> queue.handleAsync(failingOnce));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50})
  void blocking_handlers_go_on(int calls) {
    Handler<String> failingOnce =
        message -> {
          if (message.attempt() == 1) {
            throw new IOException("planned");
          }
        };

    play(calls, queue -> queue.handle(failingOnce));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50})
  void messages_under_keys_go_on(int calls) {
    AsyncHandler<String> failingOnce =
        message ->
            message.attempt() == 1
                ? CompletableFuture.failedFuture(new IOException("planned"))
                : CompletableFuture.completedFuture(null);

    play(
        calls,
        queue -> queue.handleAsync(failingOnce),
        (world, options) ->
            options.idempotency(
                Idempotency.in(new CaffeineIdempotencyStore(10_000_000, world.time()::nanoTime))));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50})
  void consumers_that_settle_themselves_go_on(int calls) {
    boolean isOver = false;
    for (int nth = 1; !isOver; nth++) {
      isOver = !leaseWithout(nth, calls);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50})
  void gates_are_told_an_end_of_each_attempt(int calls) {
    boolean isOver = false;
    for (int nth = 1; !isOver; nth++) {
      isOver = !passWithout(nth, calls);
    }
  }

  /** A gate lets one message pass at a time, and has each wait once before, for itself. */
  private static boolean passWithout(int nth, int calls) {
    String at = "no memory for %d calls from call %d on".formatted(calls, nth);
    NoMemory memory = new NoMemory();
    Doorman doorman = new Doorman();
    Set<String> known = new HashSet<>();
    doorman.says(
        candidate -> {
          if (known.add(candidate.id())) {
            return new Answer.Wait(Duration.ofSeconds(1), "once", Answer.Reach.MESSAGE);
          }
          return doorman.inside() == 0
              ? doorman.pass(candidate)
              : new Answer.Wait(Duration.ofSeconds(2), "one at a time", Answer.Reach.QUEUE);
        });
    try (World world = world(memory)) {
      Queue<String> queue = world.queue(options -> options.concurrency(CONCURRENCY).gates(doorman));
      queue.handle(message -> {});
      world.run();
      send(world, queue);
      memory.from(nth, calls);

      world.advance(Duration.ofMinutes(5));
      boolean wasNone = memory.ended();
      world.advance(Duration.ofMinutes(5));

      QueueStats stats = world.stats(queue);
      assertThat(stats.succeeded() + stats.dead()).as("ended, %s", at).isEqualTo(MESSAGES);
      assertThat(doorman.inside()).as("never told an end, %s", at).isZero();
      return wasNone;
    } catch (OutOfMemoryError escaped) {
      throw new AssertionError("nobody caught it, " + at, escaped);
    }
  }

  private static boolean leaseWithout(int nth, int calls) {
    String at = "no memory for %d calls from call %d on".formatted(calls, nth);
    NoMemory memory = new NoMemory();
    try (World world = world(memory)) {
      Queue<String> queue = world.queue();
      send(world, queue);
      memory.from(nth, calls);

      leaseAndAck(world, queue);
      boolean wasNone = memory.ended();
      world.advance(Duration.ofMinutes(1));
      leaseAndAck(world, queue);

      QueueStats stats = world.stats(queue);
      assertThat(stats.succeeded() + stats.dead()).as("ended, %s", at).isEqualTo(MESSAGES);
      assertThat(world.transport().asked()).as("asked for, %s", at).isBetween(0, 2);
      return wasNone;
    } catch (OutOfMemoryError escaped) {
      throw new AssertionError("nobody caught it, " + at, escaped);
    }
  }

  /** Three consumers ask again and again; what they are told of missing memory they ignore. */
  private static void leaseAndAck(World world, Queue<String> queue) {
    for (int i = 0; i < 3 * MESSAGES; i++) {
      try {
        queue
            .lease(2, Duration.ofSeconds(5), Duration.ofMinutes(1))
            .thenAccept(deliveries -> deliveries.forEach(Delivery::ack));
      } catch (OutOfMemoryError told) {
        assertThat(told).hasMessageStartingWith("planned");
      }
      world.advance(Duration.ofSeconds(5));
    }
  }
}
