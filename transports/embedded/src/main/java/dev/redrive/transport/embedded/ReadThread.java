// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A thread for what reads much: browsing, replays, searches, sweeping. */
final class ReadThread implements Executor, AutoCloseable {
  private final ThreadPoolExecutor executor;

  ReadThread(ThreadFactory threads) {
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = threads.newThread(task);
              thread.setName("redrive-embedded-read");
              return thread;
            });
  }

  /** Runs a task that reads; the stage fails if the thread has ended. */
  <T> CompletionStage<T> read(Supplier<T> task) {
    try {
      return CompletableFuture.supplyAsync(task, executor);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(new TransportException("The transport is closed.", e));
    }
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /** Takes nothing more; what it has it still does. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
