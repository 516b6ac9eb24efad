// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.RedriveException;
import dev.redrive.TransportException;
import dev.redrive.spi.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/**
 * Calls that are made one after another; those that wait have no thread. One that another process
 * has to make room for ({@link Turn.TakenException}) is made again in a moment, and has none
 * meanwhile either. Thread-safe.
 */
final class CallLine {
  private static final int WAITING_MAX = 1_000;

  /** A line whose last call took longer is slow. */
  private static final Duration SLOW = Duration.ofSeconds(10);

  private final Timers timers;
  private final Threads threads;
  // All below is guarded by this.
  private final Deque<Call<?>> waiting = new ArrayDeque<>();
  private boolean isBusy;
  private boolean isSlow;

  /** Who makes the calls. */
  interface Threads {
    /**
     * Runs it on some thread, perhaps not at once.
     *
     * @param isSlow true if it will probably take long
     * @throws RejectedExecutionException if there are no threads any more
     */
    void execute(boolean isSlow, Runnable call);
  }

  CallLine(Timers timers, Threads threads) {
    this.timers = timers;
    this.threads = threads;
  }

  /** Makes the call over this link, when those before it are made. */
  <T> CompletionStage<T> add(Link open, Desk.Task<T> task) {
    Call<T> call = new Call<>(open, task, timers.nanoTimeAfter(Turn.WAIT_MAX));
    synchronized (this) {
      if (isBusy && waiting.size() == WAITING_MAX) {
        return CompletableFuture.failedStage(
            new TransportException(
                WAITING_MAX + " calls wait for RabbitMQ to answer one of the same queue"));
      }
      waiting.add(call);
    }
    next();
    return call.result;
  }

  private void next() {
    Call<?> next;
    synchronized (this) {
      if (isBusy || waiting.isEmpty()) {
        return;
      }
      isBusy = true;
      next = waiting.remove();
    }
    make(next);
  }

  private void make(Call<?> call) {
    try {
      threads.execute(isSlow(), call);
    } catch (RejectedExecutionException closed) {
      call.end(Desk.closed(closed));
    }
  }

  private synchronized boolean isSlow() {
    return isSlow;
  }

  private synchronized void made(boolean tookLong) {
    isBusy = false;
    isSlow = tookLong;
  }

  private final class Call<T> implements Runnable {
    private final Link link;
    private final Desk.Task<T> task;
    // As Timers.nanoTime.
    private final long latest;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    Call(Link link, Desk.Task<T> task, long latest) {
      this.link = link;
      this.task = task;
      this.latest = latest;
    }

    @Override
    public void run() {
      long slow = timers.nanoTimeAfter(SLOW);
      try {
        T value = task.over(link);
        made(timers.nanoTime() > slow);
        result.complete(value);
      } catch (Turn.TakenException taken) {
        if (timers.nanoTime() < latest) {
          timers.after(Turn.PAUSE, () -> make(this));
          return;
        }
        fail(false, new TransportException(String.valueOf(taken.getMessage()), taken));
      } catch (RedriveException failure) {
        fail(timers.nanoTime() > slow, failure);
      } catch (IOException | RuntimeException | Error failure) {
        String cause = Optional.ofNullable(failure.getCause()).orElse(failure).toString();
        fail(
            timers.nanoTime() > slow,
            new TransportException("RabbitMQ did not do it: " + cause, failure));
      }
      next();
    }

    private void fail(boolean tookLong, RedriveException failure) {
      made(tookLong);
      result.completeExceptionally(failure);
    }

    /** It is not made, nor is what waits for it. */
    void end(TransportException why) {
      fail(false, why);
      next();
    }
  }
}
