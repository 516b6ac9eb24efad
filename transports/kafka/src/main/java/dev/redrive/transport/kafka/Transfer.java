// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.Destinations.Standing;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves batches of records of the ladder to where each goes next, a batch in one transaction with
 * its offsets.
 *
 * <p>No message holds up those of other queues. One whose queue cannot take it now waits on the
 * ladder a little longer. One that a topic refuses, because it is too large above all, becomes a
 * dead letter of its queue, which says what to do. One whose queue is gone, or that cannot even
 * die, is put aside, and an error logged.
 *
 * <p>A process may end at any point of that:
 *
 * <ul>
 *   <li>before the transaction that a topic refused has been taken back: the broker does so. That
 *       it was refused is known to this process alone; whoever moves the message next tries it
 *       anew, is refused as well, and goes on from there;
 *   <li>after a dead topic was made that was missing: it is there and empty, and used the next
 *       time;
 *   <li>after the letter was stored, before its commit: neither the letter nor the offset behind
 *       the message counts. It is tried anew, and its letter is the same one, by its place;
 *   <li>after the commit, before its answer: the letter is there, and the message is behind what
 *       was committed, which the next producer of this name, or the next mover, waits for. The
 *       error of what was put aside is not logged then.
 * </ul>
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
  private final Graves graves;
  private final Refusals refusals;
  private final Map<String, Integer> deaths = new TreeMap<>();
  private final Map<String, Integer> losses = new TreeMap<>();

  /**
   * @param refusals kept from one transfer to the next
   */
  Transfer(
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      Route route,
      Destinations destinations,
      Graves graves,
      Refusals refusals) {
    this.consumer = consumer;
    this.producer = producer;
    this.route = route;
    this.destinations = destinations;
    this.graves = graves;
    this.refusals = refusals;
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
    FirstFailure first = new FirstFailure(Refusal::is);
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
        ConsumerRecord<byte[], byte[]> record = batch.get(i);
        String topic = copies.get(i).topic();
        first.failure(i).ifPresent(why -> refusals.add(record, new Refusal(topic, why)));
      }
      throw failure;
    }
    refusals.clear();
    tell();
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

  private List<ProducerRecord<byte[], byte[]>> copies(
      List<ConsumerRecord<byte[], byte[]>> batch, Instant now) {
    deaths.clear();
    losses.clear();
    Set<String> left = queues(batch, record -> next(record, now).isEmpty());
    destinations.look(left);
    graves.look(queues(batch, this::isToDie));
    // That may have taken longer than what was found stays known.
    destinations.look(left);
    return batch.stream().map(record -> copy(record, now)).toList();
  }

  private static Set<String> queues(
      List<ConsumerRecord<byte[], byte[]>> batch,
      Predicate<ConsumerRecord<byte[], byte[]>> isWanted) {
    return batch.stream()
        .filter(record -> !Route.queue(record).isEmpty())
        .filter(isWanted)
        .map(Route::queue)
        .collect(Collectors.toSet());
  }

  /** The record of the level below, if it goes there. */
  private Optional<ProducerRecord<byte[], byte[]>> next(
      ConsumerRecord<byte[], byte[]> record, Instant now) {
    return refusals.first(record).isPresent() ? Optional.empty() : route.down(record, now);
  }

  /** A queue that is not there is not to get a dead topic. */
  private boolean isToDie(ConsumerRecord<byte[], byte[]> record) {
    return refusals.first(record).isPresent()
        && refusals.second(record).isEmpty()
        && standing(record) == Standing.HERE;
  }

  private Standing standing(ConsumerRecord<byte[], byte[]> record) {
    return destinations.standing(Route.queue(record), Route.partition(record).orElse(-1));
  }

  private ProducerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> record, Instant now) {
    String queue = Route.queue(record);
    if (queue.isEmpty()) {
      return lose(record, "they do not say which queue they are of");
    }
    Optional<Refusal> again = refusals.second(record);
    if (again.isPresent()) {
      return lose(record, "the topic " + again.get().topic() + " takes no such record");
    }
    Optional<ProducerRecord<byte[], byte[]>> next = next(record, now);
    if (next.isPresent()) {
      return next.get();
    }
    Optional<Refusal> refusal = refusals.first(record);
    return switch (standing(record)) {
      case HERE ->
          refusal.isPresent()
              ? bury(record, refusal.get(), now)
              : Route.leave(record, destinations.partitions(queue));
      case AWAITED -> route.await(record);
      case GONE -> lose(record, "there is no topic " + queue + " any more");
    };
  }

  private ProducerRecord<byte[], byte[]> bury(
      ConsumerRecord<byte[], byte[]> record, Refusal refusal, Instant now) {
    String queue = Route.queue(record);
    return switch (graves.standing(queue)) {
      case HERE -> {
        deaths.merge(refusal.topic(), 1, Integer::sum);
        yield route.bury(record, refusal, now);
      }
      case AWAITED -> route.await(record);
      case GONE -> lose(record, graves.why(queue));
    };
  }

  private ProducerRecord<byte[], byte[]> lose(ConsumerRecord<byte[], byte[]> record, String why) {
    losses.merge(why, 1, Integer::sum);
    return route.lose(record);
  }

  private void tell() {
    deaths.forEach(
        (topic, count) ->
            log.warn(
                "{} delayed messages died, because the topic {} takes no such record; their dead"
                    + " letters say what to do",
                count,
                topic));
    losses.forEach(
        (why, count) ->
            log.error("{} delayed messages went to {}, because {}", count, route.lost(), why));
  }
}
