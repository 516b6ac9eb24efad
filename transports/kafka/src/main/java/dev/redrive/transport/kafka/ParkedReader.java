// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Environment;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the parked topic of an ordered queue, in a thread of its own: of each partition first all
 * that is there, then what people want done with its dead. Thread-safe; listeners are told on that
 * thread.
 *
 * <p>What is there is all that was written, open transactions included, when the reading begins,
 * after the partition was given to this process. So it waits for those transactions to be decided;
 * later ones of earlier owners are refused.
 */
final class ParkedReader implements Parking.Source {
  private static final Logger log = LoggerFactory.getLogger(ParkedReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration UNKNOWN_WAIT = Duration.ofMillis(5);
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final long IDLE_SECONDS = 30;

  private final String topic;
  private final Clients clients;
  private final Admin admin;
  private final Environment environment;
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  // Guarded by this.
  private @Nullable Thread thread;
  private boolean isEnded;

  // Used by the thread alone.
  private final Map<TopicPartition, ParkedReading> readings = new HashMap<>();
  private Optional<KafkaConsumer<byte[], byte[]>> open = Optional.empty();

  ParkedReader(String topic, Clients clients, Admin admin, Environment environment) {
    this.topic = topic;
    this.clients = clients;
    this.admin = admin;
    this.environment = environment;
  }

  @Override
  public void follow(int partition, Parking.Listener listener) {
    execute(
        () ->
            readings.put(
                at(partition), new ParkedReading(listener, environment.timers().nanoTime())));
  }

  @Override
  public void leave(int partition) {
    execute(() -> readings.remove(at(partition)));
  }

  private TopicPartition at(int partition) {
    return new TopicPartition(topic, partition);
  }

  private synchronized void execute(Runnable task) {
    if (isEnded) {
      return;
    }
    tasks.add(task);
    if (thread == null) {
      thread = environment.threads().newThread(this::run);
      thread.start();
    }
  }

  private void run() {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = turn();
    }
  }

  /** False when there is nothing to do any more, and nothing is open. */
  private boolean turn() {
    try {
      Runnable task =
          readings.isEmpty() ? tasks.poll(IDLE_SECONDS, TimeUnit.SECONDS) : tasks.poll();
      if (task != null) {
        task.run();
      } else if (readings.isEmpty()) {
        close();
      } else {
        read();
      }
    } catch (RuntimeException | InterruptedException failure) {
      // Waiting partitions wait longer; those that were read go on where they were.
      log.warn("parked messages of {} are read anew: {}", topic, failure.toString());
      close();
      Pause.of(AGAIN, environment.timers());
    }
    return !isOver();
  }

  private synchronized boolean isOver() {
    if (isEnded) {
      close();
      return true;
    }
    if (tasks.isEmpty() && readings.isEmpty() && open.isEmpty()) {
      thread = null;
      return true;
    }
    return false;
  }

  private void read() {
    KafkaConsumer<byte[], byte[]> consumer = consumer();
    readings.forEach(this::learnEnd);
    assign(consumer);
    if (consumer.assignment().isEmpty()) {
      Pause.of(UNKNOWN_WAIT, environment.timers());
      return;
    }
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    readings.forEach(
        (partition, reading) -> {
          if (reading.isPlaced()) {
            records.records(partition).forEach(reading::read);
            reached(consumer, partition, reading);
          }
        });
  }

  /** One partition that has no leader, or is not there at all, holds up no other. */
  private static void reached(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, ParkedReading reading) {
    try {
      reading.reached(consumer.position(partition, POLL));
    } catch (TimeoutException late) {
      log.debug("where {} goes on is not known yet", partition, late);
    }
  }

  private void assign(KafkaConsumer<byte[], byte[]> consumer) {
    Set<TopicPartition> known = new LinkedHashSet<>();
    readings.forEach(
        (partition, reading) -> {
          if (reading.isKnown()) {
            known.add(partition);
          }
        });
    if (!consumer.assignment().equals(known)) {
      consumer.assign(known);
    }
    for (TopicPartition partition : known) {
      ParkedReading reading = Objects.requireNonNull(readings.get(partition));
      if (!reading.isPlaced()) {
        reading
            .place()
            .ifPresentOrElse(
                next -> consumer.seek(partition, next),
                () -> consumer.seekToBeginning(List.of(partition)));
      }
      if (reading.isFull() != consumer.paused().contains(partition)) {
        if (reading.isFull()) {
          consumer.pause(List.of(partition));
        } else {
          consumer.resume(List.of(partition));
        }
      }
    }
  }

  /** The end of what is written, whether or not it is committed. */
  private void learnEnd(TopicPartition partition, ParkedReading reading) {
    long now = environment.timers().nanoTime();
    if (reading.isToAsk(now)) {
      reading.asked(
          admin
              .listOffsets(
                  Map.of(partition, OffsetSpec.latest()),
                  new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
              .partitionResult(partition)
              .thenApply(ListOffsetsResult.ListOffsetsResultInfo::offset));
    }
    reading
        .asked()
        .filter(KafkaFuture::isDone)
        .ifPresent(
            answer -> {
              try {
                reading.ends(answer.get());
              } catch (ExecutionException failure) {
                log.warn(
                    "what is parked in {} cannot be read yet, and its messages wait: {}",
                    partition,
                    failure.getMessage());
                reading.askAgain(now + AGAIN.toNanos());
              } catch (InterruptedException interrupted) {
                throw new InterruptException(interrupted);
              }
            });
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    if (open.isEmpty()) {
      open = Optional.of(clients.follower());
    }
    return open.get();
  }

  private void close() {
    Optional<KafkaConsumer<byte[], byte[]>> closing = open;
    open = Optional.empty();
    readings.values().forEach(ParkedReading::displace);
    try {
      closing.ifPresent(consumer -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
    } catch (InterruptException interrupted) {
      log.debug("interrupted while a reader was closed", interrupted);
    }
  }

  /** Reads nothing any more. */
  synchronized void end() {
    isEnded = true;
    tasks.add(() -> log.trace("reading of {} ends", topic));
  }
}
