// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** So many threads that send, each with so many messages on their way at a time. */
final class SendingSide {
  private final int threads;
  private final int windowEach;

  /** Sends one message; completes when it is durable. Called by many threads. */
  @FunctionalInterface
  interface Send {
    CompletionStage<?> send(byte[] body) throws Exception;
  }

  SendingSide(int threads, int windowEach) {
    this.threads = threads;
    this.windowEach = windowEach;
  }

  /** Sends so many messages, and tells how many that were a second, until all are durable. */
  double run(int messages, int bytes, Send send) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      AtomicInteger failures = new AtomicInteger();
      long began = System.nanoTime();
      List<Future<?>> senders = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int share = messages / threads + (i < messages % threads ? 1 : 0);
        senders.add(
            pool.submit(
                () -> {
                  sendAll(share, new byte[bytes], send, failures);
                  return null;
                }));
      }
      for (Future<?> sender : senders) {
        sender.get();
      }
      double rate = messages / ((System.nanoTime() - began) / 1e9);
      if (failures.get() > 0) {
        throw new IllegalStateException(failures + " messages could not be sent");
      }
      return rate;
    } finally {
      pool.shutdown();
    }
  }

  /** Sends so many messages at an even pace, and waits for none. */
  static void paced(int messages, int perSecond, int bytes, Send send) throws Exception {
    long began = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      LockSupport.parkNanos(began + i * 1_000_000_000L / perSecond - System.nanoTime());
      var unused = send.send(new byte[bytes]);
    }
  }

  private void sendAll(int messages, byte[] body, Send send, AtomicInteger failures)
      throws Exception {
    Semaphore window = new Semaphore(windowEach);
    for (int i = 0; i < messages; i++) {
      window.acquire();
      CompletionStage<?> sent = send.send(body);
      sent.whenComplete(
          (done, failure) -> {
            if (failure != null) {
              failures.incrementAndGet();
            }
            window.release();
          });
    }
    window.acquire(windowEach);
  }
}
