// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetters;
import dev.redrive.RedriveException;
import dev.redrive.TransportException;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters of one queue. Calls are done one after another, by a thread of their own, so
 * that no queue waits for another. When there was none for a while, the thread, the reader and the
 * producer go; later what was read goes as well. Thread-safe.
 */
final class DeadTopic implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DeadTopic.class);
  private static final String CLOSED = "the Kafka transport is closed; open a new one";
  private static final int WAITING_MAX = 1_000;
  private static final Duration IDLE = Duration.ofSeconds(10);

  /**
   * Somebody may be reading a page. But tombstones, which say what is no letter any more, are there
   * only for as long as the topic's {@code delete.retention.ms}, a day unless somebody changed it.
   */
  private static final Duration KEPT = Duration.ofMinutes(5);

  private static final Duration END_MAX = Duration.ofSeconds(5);

  private final Timers timers;
  private final LetterReading reading;
  private final LetterMover mover;
  private final IntConsumer purged;
  private final ThreadPoolExecutor calls;
  // Used by that thread alone.
  private Optional<Timers.Timer> idle = Optional.empty();
  private volatile boolean isClosed;

  /** What is done with the letters; it may block. */
  interface Call<T> {
    T on(LetterReading reading, LetterMover mover);
  }

  DeadTopic(String queue, DeadTopics shared, IntConsumer purged) {
    this.timers = shared.environment().timers();
    this.purged = purged;
    Clients clients = shared.clients();
    String dead = shared.names().dead(queue);
    String transactions = shared.names().deadTransactions(queue);
    this.reading =
        new LetterReading(
            queue,
            new TopicReader(dead, clients, shared.admin(), timers),
            new LetterIndex(queue, shared.memory()),
            clients.config().transactionTime().plus(clients.config().requestTime()));
    this.mover =
        new LetterMover(
            new Returns(queue, dead, shared.names().parked(queue)),
            () -> clients.producer(transactions),
            shared.environment(),
            reading,
            () -> isClosed);
    this.calls =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            shared.environment().threads());
    calls.allowCoreThreadTimeOut(true);
  }

  DeadLetters letters() {
    return new KafkaDeadLetters(this);
  }

  /** Counts what was ended for good. */
  IntConsumer purged() {
    return purged;
  }

  <T> CompletionStage<T> call(Call<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      calls.execute(() -> run(call, result));
    } catch (RejectedExecutionException refused) {
      result.completeExceptionally(
          isClosed
              ? new TransportException(CLOSED, refused)
              : new TransportException(
                  "too many calls on dead letters wait for their turn; try again later", refused));
    }
    return result;
  }

  private <T> void run(Call<T> call, CompletableFuture<T> result) {
    idle.ifPresent(Timers.Timer::cancel);
    try {
      if (isClosed) {
        throw new TransportException(CLOSED);
      }
      result.complete(call.on(reading, mover));
    } catch (RuntimeException | Error failure) {
      // The next call begins with new clients, whatever happened to these.
      release();
      result.completeExceptionally(told(failure));
    }
    if (!isClosed) {
      idle = Optional.of(timers.after(IDLE, () -> whenIdle(this::rest)));
    }
  }

  private static Throwable told(Throwable failure) {
    if (failure instanceof RedriveException) {
      return failure;
    }
    return failure instanceof InterruptException
        ? new TransportException(CLOSED, failure)
        : new TransportException("Kafka did not do it: " + failure, failure);
  }

  private void whenIdle(Runnable task) {
    try {
      calls.execute(task);
    } catch (RejectedExecutionException busy) {
      log.trace("not idle, or closed", busy);
    }
  }

  private void rest() {
    release();
    idle = Optional.of(timers.after(KEPT, () -> whenIdle(reading::forget)));
  }

  private void release() {
    reading.close();
    mover.close();
  }

  /**
   * Calls that wait fail; one that is under way ends, but for a replay or a purge of many, which
   * ends after what it is about to move.
   */
  @Override
  public void close() {
    isClosed = true;
    calls.shutdown();
    try {
      if (!calls.awaitTermination(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        // The cluster does not answer.
        calls.shutdownNow();
        if (!calls.awaitTermination(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
          log.warn("a call on dead letters does not end; its connections are left to it");
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      calls.shutdownNow();
      return;
    }
    idle.ifPresent(Timers.Timer::cancel);
    release();
    reading.forget();
  }
}
