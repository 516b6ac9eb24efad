// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.spi.Environment;
import dev.redrive.testkit.VirtualTime;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/** Threads for a transport on virtual time, and a way to tell when they have nothing to do. */
final class RealThreads implements ThreadFactory, AutoCloseable {
  private static final int CALM_LOOKS = 5;
  private static final long PAUSE_NANOS = 1_000_000;

  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final ExecutorService executor = Executors.newSingleThreadExecutor(this);

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "transport-test");
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  Environment environment(VirtualTime time) {
    return time.environment(1, executor, this);
  }

  /** Waits until all threads wait for something to do, several times in a row. */
  void awaitCalm() {
    int calm = 0;
    while (calm < CALM_LOOKS) {
      calm = isCalm() ? calm + 1 : 0;
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private boolean isCalm() {
    return threads.stream()
        .map(Thread::getState)
        .allMatch(
            state ->
                state == Thread.State.WAITING
                    || state == Thread.State.TERMINATED
                    || state == Thread.State.NEW);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
