// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.TransportException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/**
 * Stores what is sent to a queue, in the order in which it comes. The client may block while it
 * learns where a topic lies or while its buffer is full, so that each queue has a thread of its own
 * for that. Thread-safe.
 */
final class Sender {
  private static final long IDLE_SECONDS = 30;

  private final String queue;
  private final Producer<byte[], byte[]> producer;
  private final Route route;
  private final Supplier<Optional<OrderBy>> order;
  private final InstantSource clock;
  private final ThreadPoolExecutor thread;

  /**
   * @param producer of all queues; not closed here
   * @param order of the queue, if it has one
   */
  Sender(
      String queue,
      Producer<byte[], byte[]> producer,
      Route route,
      Supplier<Optional<OrderBy>> order,
      InstantSource clock,
      ThreadFactory threads) {
    this.queue = queue;
    this.producer = producer;
    this.route = route;
    this.order = order;
    this.clock = clock;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    this.thread.allowCoreThreadTimeOut(true);
  }

  /** Sends messages; completes when each is durable or refused. */
  CompletionStage<List<PublishResult>> send(List<OutMessage> batch) {
    Results results = new Results(batch.size());
    try {
      thread.execute(() -> send(batch, results));
    } catch (RejectedExecutionException ended) {
      return CompletableFuture.failedFuture(closed(ended));
    }
    return results.stage();
  }

  private static TransportException closed(Throwable cause) {
    return new TransportException("the Kafka transport is closed; open a new one", cause);
  }

  private void send(List<OutMessage> batch, Results results) {
    Instant now = clock.instant();
    for (int i = 0; i < batch.size(); i++) {
      OutMessage message = batch.get(i);
      int index = i;
      try {
        ProducerRecord<byte[], byte[]> record = Content.sent(queue, message, now);
        // Its future says no more than the callback does.
        Future<RecordMetadata> unused =
            producer.send(
                keepsPlace(message) ? record : route.enter(record, message.notBefore(), now),
                (stored, failure) -> results.answer(index, failure));
      } catch (RuntimeException failure) {
        results.answer(index, failure);
      } catch (Error failure) {
        results.answer(index, new KafkaException("it could not be sent", failure));
      }
    }
  }

  // In line it waits where it came, due or not.
  private boolean keepsPlace(OutMessage message) {
    Optional<OrderBy> by = order.get();
    return by.isPresent() && by.get().isInLine(message.key());
  }

  /** Takes nothing more; what waits is sent as long as the producer is open. */
  void end() {
    thread.shutdown();
  }
}
