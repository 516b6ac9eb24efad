// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * A producer of transactions of the {@link FakeCluster}, as far as {@link Transactions} uses one.
 * Kafka's own mock does not let its calls wait, so that nothing of it is used.
 *
 * <p>As with the client, what was sent behind a record that is refused fails with it, and with the
 * same exception; after that, nothing can be sent before the transaction is taken back.
 */
// Whoever waits here must not keep others out.
@SuppressWarnings("UnsynchronizedOverridesSynchronized")
final class FakeProducer extends MockProducer<byte[], byte[]> {
  private final FakeCluster cluster;
  private final List<Sent> sent = new ArrayList<>();
  private Optional<RuntimeException> error = Optional.empty();
  private int epoch = -1;

  private record Sent(
      ProducerRecord<byte[], byte[]> record,
      Callback callback,
      CompletableFuture<RecordMetadata> stored) {

    void done() {
      RecordMetadata at = new RecordMetadata(new TopicPartition(record.topic(), 0), 0, 0, 0, 0, 0);
      if (stored.complete(at)) {
        callback.onCompletion(at, null);
      }
    }

    void failed(RuntimeException why) {
      if (stored.completeExceptionally(why)) {
        callback.onCompletion(null, why);
      }
    }
  }

  FakeProducer(FakeCluster cluster) {
    this.cluster = cluster;
  }

  private void ask(Call call, Runnable effect) {
    cluster.ask(call, effect, answer -> {}).await();
  }

  @Override
  public void initTransactions() {
    ask(Call.INIT, () -> epoch = cluster.init());
  }

  @Override
  public void beginTransaction() {
    ask(Call.BEGIN, () -> cluster.check(epoch));
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    throwError();
    CompletableFuture<RecordMetadata> stored = new CompletableFuture<>();
    sent.add(new Sent(record, callback, stored));
    return stored;
  }

  private void throwError() {
    error.ifPresent(
        cause -> {
          throw new KafkaException("a call of this transaction has failed", cause);
        });
  }

  @Override
  public void flush() {
    try {
      ask(Call.STORE, this::store);
    } catch (RuntimeException refused) {
      error = Optional.of(refused);
    }
    for (Sent each : sent) {
      error.ifPresent(each::failed);
    }
    sent.clear();
  }

  private void store() {
    for (Sent each : sent) {
      if (cluster.isTooLarge(each.record())) {
        RuntimeException refused = new RecordTooLargeException("larger than the topic takes");
        each.failed(refused);
        throw refused;
      }
      cluster.store(epoch, each.record());
      each.done();
    }
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata membership) {
    throwError();
    ask(Call.JOIN, () -> cluster.join(epoch, offsets));
  }

  @Override
  public void commitTransaction() {
    throwError();
    ask(Call.END, () -> cluster.count(epoch));
  }

  @Override
  public void abortTransaction() {
    ask(Call.ABORT, () -> cluster.takeBack(epoch));
    error = Optional.empty();
  }

  @Override
  public void close(Duration timeout) {}
}
