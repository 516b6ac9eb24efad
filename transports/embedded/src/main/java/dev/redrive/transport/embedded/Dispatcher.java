// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import dev.redrive.TransportState;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;

/** One thread that serves each queue where there may be something to hand over. */
final class Dispatcher implements AutoCloseable {
  private final Health health;
  private final Map<QueueState, QueueReader> readers = new ConcurrentHashMap<>();
  private final Set<QueueState> waiting = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<QueueState> turns = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean isClosed;

  Dispatcher(Health health, ThreadFactory threads) {
    this.health = health;
    this.thread = threads.newThread(this::run);
    this.thread.setName("redrive-embedded-dispatch");
  }

  void start() {
    thread.start();
  }

  void add(QueueState queue, QueueReader reader) {
    readers.put(queue, reader);
    wake(queue);
  }

  /** There may be something to hand over in this queue. */
  void wake(QueueState queue) {
    if (waiting.add(queue)) {
      turns.add(queue);
    }
  }

  private void run() {
    while (!isClosed) {
      try {
        QueueState queue = turns.take();
        waiting.remove(queue);
        QueueReader reader = readers.get(queue);
        if (reader != null && health.fenced().isEmpty() && reader.serve()) {
          wake(queue);
        }
      } catch (InterruptedException e) {
        // Only close ends this thread, and it says so.
      } catch (TransportException e) {
        // While the disk is full, the store may be shut; it calls when it is open again.
        if (!isClosed && health.state() != TransportState.BLOCKED) {
          health.fence(e);
        }
      } catch (RuntimeException | Error e) {
        health.fence(
            new TransportException("Handing over messages failed: " + e + ". Start anew.", e));
      }
    }
  }

  /** Hands over nothing more, and waits until that is so. Idempotent. */
  @Override
  public void close() {
    isClosed = true;
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    readers.values().forEach(QueueReader::stop);
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
