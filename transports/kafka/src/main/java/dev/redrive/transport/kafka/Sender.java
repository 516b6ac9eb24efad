// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.SendRefusedException;
import dev.redrive.TransportException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what is sent, in the order in which it comes. The client may block while it learns where a
 * topic lies or while its buffer is full, so that it has a thread of its own. Thread-safe.
 */
final class Sender {
  private static final Logger log = LoggerFactory.getLogger(Sender.class);
  private static final long IDLE_SECONDS = 30;
  private static final long CLOSE_MAX_SECONDS = 5;

  private final Producer<byte[], byte[]> producer;
  private final Route route;
  private final InstantSource clock;
  private final ThreadPoolExecutor thread;

  Sender(
      Producer<byte[], byte[]> producer, Route route, InstantSource clock, ThreadFactory threads) {
    this.producer = producer;
    this.route = route;
    this.clock = clock;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    this.thread.allowCoreThreadTimeOut(true);
  }

  /** Sends messages to a queue; completes when each is durable or refused. */
  CompletionStage<List<PublishResult>> send(String queue, List<OutMessage> batch) {
    List<CompletableFuture<PublishResult>> results = new ArrayList<>(batch.size());
    batch.forEach(message -> results.add(new CompletableFuture<>()));
    CompletableFuture<List<PublishResult>> all =
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
            .thenApply(done -> results.stream().map(CompletableFuture::join).toList());
    try {
      thread.execute(() -> send(queue, batch, results));
    } catch (RejectedExecutionException ended) {
      return CompletableFuture.failedFuture(closed(ended));
    }
    return all;
  }

  private static TransportException closed(Throwable cause) {
    return new TransportException("the Kafka transport is closed; open a new one", cause);
  }

  private void send(
      String queue, List<OutMessage> batch, List<CompletableFuture<PublishResult>> results) {
    Instant now = clock.instant();
    for (int i = 0; i < batch.size(); i++) {
      OutMessage message = batch.get(i);
      CompletableFuture<PublishResult> result = results.get(i);
      ProducerRecord<byte[], byte[]> record = Content.sent(queue, message, now);
      try {
        // Its future says no more than the callback does.
        Future<RecordMetadata> unused =
            producer.send(
                route.enter(record, message.notBefore(), now),
                (stored, failure) -> answer(result, failure));
      } catch (KafkaException | IllegalStateException failure) {
        answer(result, failure);
      }
    }
  }

  private static void answer(CompletableFuture<PublishResult> result, @Nullable Exception failure) {
    if (failure == null) {
      result.complete(PublishResult.Accepted.INSTANCE);
    } else if (failure instanceof RecordTooLargeException) {
      result.complete(
          new PublishResult.Refused(
              SendRefusedException.Cause.INVALID,
              "it is larger than the topic takes, see max.message.bytes: " + failure.getMessage()));
    } else {
      result.completeExceptionally(
          new TransportException("Kafka did not store it: " + failure.getMessage(), failure));
    }
  }

  /** Sends what was given, and then nothing more. Blocks for some seconds at most. */
  void end() {
    thread.shutdown();
    try {
      producer.close(Duration.ofSeconds(CLOSE_MAX_SECONDS));
    } catch (InterruptException interrupted) {
      log.debug("interrupted while the producer was closed", interrupted);
    }
  }
}
