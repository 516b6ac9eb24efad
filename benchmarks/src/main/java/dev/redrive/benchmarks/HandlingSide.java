// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Event;
import dev.redrive.Handler;
import dev.redrive.Listener;
import dev.redrive.Queue;
import dev.redrive.Redrive;
import dev.redrive.Worker;

/** A worker of Redrive that empties a queue. */
final class HandlingSide {
  private final Redrive redrive;
  private final Queue<byte[]> queue;

  HandlingSide(Redrive redrive, Queue<byte[]> queue) {
    this.redrive = redrive;
    this.queue = queue;
  }

  /** Work that is done while a worker runs. */
  @FunctionalInterface
  interface Task<T> {
    T run() throws Exception;
  }

  /** From the first of so many messages that is handled to the last that is acknowledged. */
  double rate(int messages, Handler<byte[]> work) throws Exception {
    Tally tally = new Tally(messages);
    return during(
        message -> {
          tally.handled();
          work.handle(message);
        },
        event -> {
          if (event instanceof Event.Succeeded) {
            tally.acknowledged();
          }
        },
        tally::rate);
  }

  /** Does a task while a handler handles and a listener is told of it. */
  <T> T during(Handler<byte[]> handler, Listener listener, Task<T> task) throws Exception {
    Redrive.Registration listening = redrive.listen(listener);
    Worker worker = queue.handle(handler);
    try {
      return task.run();
    } finally {
      worker.drain().toCompletableFuture().join();
      worker.close();
      listening.close();
    }
  }
}
