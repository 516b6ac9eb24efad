// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.testkit.VirtualTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Of the records of a transaction, the one that the broker refuses is to blame, and no other. */
class FirstFailureTest {
  private final RecordTooLargeException tooLarge = new RecordTooLargeException("too large");
  private final VirtualTime time = new VirtualTime();

  /** The broker takes the first record and refuses the second one; the client gives up the rest. */
  private final class Refusing extends MockProducer<byte[], byte[]> {
    Refusing() {
      super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized void flush() {
      completeNext();
      while (errorNext(tooLarge)) {
        // All with what the first of them failed with.
      }
    }

    @Override
    public void commitTransaction() {
      flush();
      throw tooLarge;
    }
  }

  @Test
  void copies_that_were_given_up_because_another_was_refused_are_told_so() {
    Transactions transactions =
        new Transactions(Refusing::new, task -> new Thread(task, "transactions"));
    CompletableFuture<List<Optional<Exception>>> told = new CompletableFuture<>();

    transactions.copy(
        IntStream.range(0, 4)
            .mapToObj(i -> new ProducerRecord<byte[], byte[]>("orders", new byte[i]))
            .toList(),
        told::complete);

    List<Optional<Exception>> failures = told.join();
    transactions.end();
    assertThat(failures.get(0)).isEmpty();
    assertThat(failures.get(1)).containsSame(tooLarge);
    assertThat(failures.subList(2, 4))
        .allSatisfy(
            failure -> assertThat(failure).containsInstanceOf(TransactionAbortedException.class));
  }

  @Test
  void what_is_moved_beside_a_record_that_its_queue_does_not_take_is_not_lost_with_it() {
    Names names = new Names("redrive", Optional.empty());
    Refusals refusals = new Refusals();
    Refusing producer = new Refusing();
    producer.initTransactions();
    try (MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:1"))) {
      Destinations destinations = new Destinations(admin, time.environment(1).timers());
      Graves graves =
          new Graves(queue -> CompletableFuture.completedStage(null), names, destinations);
      Transfer transfer =
          new Transfer(consumer, producer, new Route(names), destinations, graves, refusals);
      Instant now = time.environment(1).clock().instant();
      List<ConsumerRecord<byte[], byte[]>> batch =
          IntStream.range(0, 4).mapToObj(i -> waiting(names, i, now.plusSeconds(60))).toList();

      assertThatThrownBy(() -> transfer.move(batch, now)).isSameAs(tooLarge);

      assertThat(batch.stream().map(refusals::first).toList())
          .containsExactly(
              Optional.empty(),
              Optional.of(new Refusal(names.hold(0), tooLarge)),
              Optional.empty(),
              Optional.empty());
    }
  }

  /** A record that goes down the ladder, for which no queue is looked for. */
  private static ConsumerRecord<byte[], byte[]> waiting(Names names, int offset, Instant until) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(names.hold(1), 0, offset, null, "m".getBytes(UTF_8));
    Wire.put(record.headers(), Wire.QUEUE, "orders");
    Wire.put(record.headers(), Wire.HOLD_UNTIL, Wire.time(until));
    return record;
  }
}
