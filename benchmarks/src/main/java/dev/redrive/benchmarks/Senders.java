// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** So many threads that each send one message after another, and wait for each. */
final class Senders {
  static final int COUNT = 32;

  private Senders() {}

  /** Sends one message and returns when it is durable. */
  @FunctionalInterface
  interface Send {
    void send(int number) throws Exception;
  }

  /** Sends so many messages, and tells how many that were a second. */
  static double run(int messages, Send send) throws InterruptedException, ExecutionException {
    return run(messages, send, new CountDownLatch(0));
  }

  /** The same, until the latch is down too. */
  static double run(int messages, Send send, CountDownLatch finished)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(COUNT);
    try {
      long began = System.nanoTime();
      List<Future<?>> senders = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        int first = i;
        senders.add(
            threads.submit(
                () -> {
                  for (int number = first; number < messages; number += COUNT) {
                    send.send(number);
                  }
                  return null;
                }));
      }
      for (Future<?> sender : senders) {
        sender.get();
      }
      finished.await();
      return messages / ((System.nanoTime() - began) / 1e9);
    } finally {
      threads.shutdown();
    }
  }
}
