// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.RedriveException;
import dev.redrive.TransportException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Where the calls are made that wait for the broker's answer. */
final class Desk {
  private static final int THREADS = 4;
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;
  private final Supplier<Link> link;
  // One reading of a queue's dead letters at a time.
  private final Map<String, Lock> readings = new ConcurrentHashMap<>();

  /** What is done over a link; it may block. */
  interface Task<T> {
    T over(Link link) throws IOException;
  }

  /**
   * @param link the present link; throws TransportException while there is none
   */
  Desk(ThreadFactory factory, Supplier<Link> link) {
    this.threads =
        new ThreadPoolExecutor(
            THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    this.threads.allowCoreThreadTimeOut(true);
    this.link = link;
  }

  /** Does something over the present link. */
  <T> CompletionStage<T> call(Task<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      // Not when its turn has come, so that a call fails at once while there is no link.
      Link open = link.get();
      threads.execute(() -> run(task, open, result));
    } catch (RejectedExecutionException closed) {
      result.completeExceptionally(closed(closed));
    } catch (TransportException down) {
      result.completeExceptionally(down);
    }
    return result;
  }

  private static <T> void run(Task<T> task, Link open, CompletableFuture<T> result) {
    try {
      result.complete(task.over(open));
    } catch (RedriveException failure) {
      result.completeExceptionally(failure);
    } catch (IOException | RuntimeException failure) {
      String cause = Optional.ofNullable(failure.getCause()).orElse(failure).toString();
      result.completeExceptionally(
          new TransportException("RabbitMQ did not do it: " + cause, failure));
    }
  }

  /** Reads the dead letters of a queue. */
  <T> CompletionStage<T> read(RabbitQueue queue, Task<T> task) {
    Lock turn = readings.computeIfAbsent(queue.name(), name -> new ReentrantLock());
    return call(
        open -> {
          turn.lock();
          try {
            return task.over(open);
          } finally {
            turn.unlock();
          }
        });
  }

  static TransportException closed(Throwable cause) {
    return new TransportException("the RabbitMQ transport is closed; open a new one", cause);
  }

  /** Takes nothing more, and lets what is under way end. */
  void end() {
    threads.shutdown();
  }
}
