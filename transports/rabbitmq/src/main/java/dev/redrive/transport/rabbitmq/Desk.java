// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where the calls are made that wait for the broker's answer.
 *
 * <p>A queue that does not answer, because it has lost its leader, holds a thread for half a
 * minute, and must not take those of the others. So each queue has one call and one reading of its
 * dead letters under way; its others wait in line. And one whose last call took long gets a thread
 * of the few that are kept for such queues, until a call of it is quick again. Thread-safe.
 */
final class Desk {
  private static final int THREADS = 16;
  private static final int SLOW_THREADS = 4;
  private static final long IDLE_SECONDS = 10;

  private final Environment environment;
  private final ThreadPoolExecutor threads;
  private final ThreadPoolExecutor slowThreads;
  private final Supplier<Link> link;
  private final Map<String, CallLine> calls = new ConcurrentHashMap<>();
  private final Map<String, CallLine> readings = new ConcurrentHashMap<>();

  /** What is done over a link; it may block. */
  interface Task<T> {
    T over(Link link) throws IOException;
  }

  /**
   * @param link the present link; throws TransportException while there is none
   */
  Desk(Environment environment, Supplier<Link> link) {
    this.environment = environment;
    this.threads = pool(THREADS, environment.threads());
    this.slowThreads = pool(SLOW_THREADS, environment.threads());
    this.link = link;
  }

  private static ThreadPoolExecutor pool(int size, ThreadFactory factory) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Does something with a queue over the present link. */
  <T> CompletionStage<T> call(String queue, Task<T> task) {
    return line(calls, queue, task);
  }

  /** Reads the dead letters of a queue over the present link. */
  <T> CompletionStage<T> read(String queue, Task<T> task) {
    return line(readings, queue, task);
  }

  private <T> CompletionStage<T> line(Map<String, CallLine> lines, String queue, Task<T> task) {
    Link open;
    try {
      // Not when its turn has come, so that a call fails at once while there is no link.
      open = link.get();
    } catch (TransportException down) {
      return CompletableFuture.failedStage(down);
    }
    return lines
        .computeIfAbsent(queue, name -> new CallLine(environment.timers(), this::execute))
        .add(open, task);
  }

  private void execute(boolean isSlow, Runnable call) {
    (isSlow ? slowThreads : threads).execute(call);
  }

  static TransportException closed(Throwable cause) {
    return new TransportException("the RabbitMQ transport is closed; open a new one", cause);
  }

  /** Takes nothing more, and lets what is under way end. */
  void end() {
    threads.shutdown();
    slowThreads.shutdown();
  }
}
