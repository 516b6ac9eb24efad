// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.events;

import dev.redrive.server.http.Exchange;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One who reads events. Events are offered by any thread and written by the exchange's event loop,
 * as many at once as have come; who falls behind too far is disconnected.
 */
final class EventClient {
  private static final int WAITING_MAX = 10_000;
  private static final int WRITE_BYTES_MAX = 64 * 1_024;

  private final Exchange exchange;
  private final Optional<String> queue;
  private final Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean isScheduled = new AtomicBoolean();

  EventClient(Exchange exchange, Optional<String> queue) {
    this.exchange = exchange;
    this.queue = queue;
  }

  boolean wants(String queueOfEvent) {
    return queue.map(queueOfEvent::equals).orElse(true);
  }

  void offer(byte[] frame) {
    if (count.incrementAndGet() > WAITING_MAX) {
      exchange.onLoop(exchange::abort);
      return;
    }
    waiting.add(frame);
    schedule();
  }

  void end() {
    exchange.onLoop(exchange::end);
  }

  private void schedule() {
    if (isScheduled.compareAndSet(false, true)) {
      exchange.soon(this::write);
    }
  }

  private void write() {
    isScheduled.set(false);
    HttpServerResponse response = exchange.response();
    if (response.closed()) {
      return;
    }
    while (!response.writeQueueFull()) {
      Buffer some = Buffer.buffer();
      byte[] frame;
      while (some.length() < WRITE_BYTES_MAX && (frame = waiting.poll()) != null) {
        count.decrementAndGet();
        some.appendBytes(frame);
      }
      if (some.length() == 0) {
        return;
      }
      response.write(some);
    }
    response.drainHandler(drained -> schedule());
  }
}
