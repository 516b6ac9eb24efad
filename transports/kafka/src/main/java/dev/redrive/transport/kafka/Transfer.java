// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves batches of records of the ladder to where each goes next, a batch in one transaction with
 * its offsets.
 *
 * <p>No message holds up those of other queues. One whose queue cannot take it now waits on the
 * ladder a little longer; one whose queue is gone, or never takes it, is put where a person finds
 * it.
 *
 * <p>Used by the mover's thread alone; blocks. When a move fails, it is not known what became of
 * it, and the producer is of no use any more.
 */
final class Transfer {
  private static final Logger log = LoggerFactory.getLogger(Transfer.class);

  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final Route route;
  private final Destinations destinations;
  private final Set<String> refused;
  private final Map<String, Integer> losses = new TreeMap<>();

  /**
   * @param refused places of records that their queue's topic has refused, kept from one transfer
   *     to the next
   */
  Transfer(
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      Route route,
      Destinations destinations,
      Set<String> refused) {
    this.consumer = consumer;
    this.producer = producer;
    this.route = route;
    this.destinations = destinations;
    this.refused = refused;
  }

  /**
   * Moves a batch, which of each partition has what follows on what is committed.
   *
   * @return the offsets that are committed now
   */
  Map<TopicPartition, OffsetAndMetadata> move(
      List<ConsumerRecord<byte[], byte[]>> batch, Instant now) {
    List<ProducerRecord<byte[], byte[]>> copies = copies(batch, now);
    Map<TopicPartition, OffsetAndMetadata> offsets = behind(batch);
    FirstFailure first = new FirstFailure(Transfer::isRefusal);
    try {
      producer.beginTransaction();
      for (int i = 0; i < copies.size(); i++) {
        // Its future says no more than the callback does.
        Future<RecordMetadata> unused = producer.send(copies.get(i), first.of(i));
      }
      producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
      producer.commitTransaction();
    } catch (KafkaException failure) {
      for (int i = 0; i < batch.size(); i++) {
        if (first.is(i)) {
          refused.add(place(batch.get(i)));
        }
      }
      throw failure;
    }
    refused.clear();
    tellLosses();
    return offsets;
  }

  private static Map<TopicPartition, OffsetAndMetadata> behind(
      List<ConsumerRecord<byte[], byte[]>> batch) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    batch.forEach(
        record ->
            offsets.put(
                new TopicPartition(record.topic(), record.partition()),
                new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), "")));
    return offsets;
  }

  /** Its topic will never take it, whatever became of the others. */
  private static boolean isRefusal(Exception failure) {
    return failure instanceof RecordTooLargeException || failure instanceof InvalidRecordException;
  }

  private static String place(ConsumerRecord<byte[], byte[]> record) {
    return new Content(record).place();
  }

  private List<ProducerRecord<byte[], byte[]>> copies(
      List<ConsumerRecord<byte[], byte[]>> batch, Instant now) {
    losses.clear();
    destinations.look(
        batch.stream()
            .filter(record -> route.down(record, now).isEmpty())
            .map(Route::queue)
            .filter(queue -> !queue.isEmpty())
            .collect(Collectors.toSet()));
    List<ProducerRecord<byte[], byte[]>> copies = new ArrayList<>(batch.size());
    for (ConsumerRecord<byte[], byte[]> record : batch) {
      copies.add(refused.contains(place(record)) ? refuse(record) : copy(record, now));
    }
    return copies;
  }

  private ProducerRecord<byte[], byte[]> refuse(ConsumerRecord<byte[], byte[]> record) {
    return lose(record, "the topic " + Route.queue(record) + " takes no such record");
  }

  private ProducerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> record, Instant now) {
    String queue = Route.queue(record);
    if (queue.isEmpty()) {
      return lose(record, "they do not say which queue they are of");
    }
    Optional<ProducerRecord<byte[], byte[]>> down = route.down(record, now);
    if (down.isPresent()) {
      return down.get();
    }
    return switch (destinations.standing(queue, Route.partition(record).orElse(-1))) {
      case HERE -> Route.leave(record, destinations.partitions(queue));
      case AWAITED -> route.await(record);
      case GONE -> lose(record, "there is no topic " + queue + " any more");
    };
  }

  private ProducerRecord<byte[], byte[]> lose(ConsumerRecord<byte[], byte[]> record, String why) {
    losses.merge(why, 1, Integer::sum);
    return route.lose(record);
  }

  private void tellLosses() {
    losses.forEach(
        (why, count) ->
            log.error("{} delayed messages went to {}, because {}", count, route.lost(), why));
  }
}
