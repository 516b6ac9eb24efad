// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of one queue in this process: copies of messages, and what the group has
 * committed, at once or not at all. One at a time, in two steps: first the copies are stored, then
 * the commit joins them and all of it counts. Its calls return at once; answers come on a thread of
 * its own.
 *
 * <p>The process may end at any point: until the second step has ended, the broker takes the copies
 * back, after {@code transactionTime} or when a producer of the same name begins. Whoever reads
 * what was committed waits until that is decided.
 */
final class Transactions {
  private static final Logger log = LoggerFactory.getLogger(Transactions.class);
  private static final long IDLE_SECONDS = 30;
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  /** What became of the second step. */
  enum Outcome {
    /** All of it counts. */
    COMMITTED,
    /** None of it counts, because another process has the partitions. */
    REFUSED,
    /** None of it counts. */
    ABORTED,
    /** There was no answer. */
    UNKNOWN
  }

  private final Supplier<Producer<byte[], byte[]>> producers;
  private final ThreadPoolExecutor thread;
  // Used by the thread alone.
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * @param producers makes producers of transactions, each under the same name
   */
  Transactions(Supplier<Producer<byte[], byte[]>> producers, ThreadFactory threads) {
    this.producers = producers;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    this.thread.allowCoreThreadTimeOut(true);
  }

  private void execute(Runnable step, Runnable otherwise) {
    try {
      thread.execute(step);
    } catch (RejectedExecutionException ended) {
      otherwise.run();
    } catch (Error failure) {
      // There is no room for a thread, perhaps: whoever waits is to hear of it.
      log.error("a step of a transaction could not be taken", failure);
      otherwise.run();
    }
  }

  /**
   * The first step: begins a transaction and stores copies. When one of them cannot be stored, the
   * transaction is taken back.
   *
   * @param then is told, for each copy, what it failed with; all empty if the second step may come.
   *     One that failed because another had is told {@link TransactionAbortedException}
   */
  void copy(List<ProducerRecord<byte[], byte[]>> copies, Consumer<List<Optional<Exception>>> then) {
    execute(
        () -> then.accept(stored(copies)),
        () -> then.accept(allFailed(copies.size(), new IllegalStateException("closed"))));
  }

  private static List<Optional<Exception>> allFailed(int count, Exception why) {
    return Collections.nCopies(count, Optional.of(why));
  }

  private List<Optional<Exception>> stored(List<ProducerRecord<byte[], byte[]>> copies) {
    List<Optional<Exception>> failures = new ArrayList<>(copies.size());
    try {
      Producer<byte[], byte[]> open = open();
      open.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>(copies.size());
      FirstFailure first = new FirstFailure(RecordTooLargeException.class::isInstance);
      Optional<Exception> end = send(open, copies, sent, first);
      for (Future<RecordMetadata> each : sent) {
        failures.add(first.own(failures.size(), failure(each)));
      }
      // What comes after one that was refused is not tried.
      while (failures.size() < copies.size()) {
        failures.add(first.own(failures.size(), end));
      }
      if (failures.stream().anyMatch(Optional::isPresent)) {
        abort();
      }
      return failures;
    } catch (RuntimeException failure) {
      abort();
      return allFailed(copies.size(), failure);
    } catch (Error failure) {
      log.error("copies could not be stored", failure);
      abort();
      return allFailed(copies.size(), new KafkaException("copies could not be stored", failure));
    }
  }

  /** Sends until one is refused; with what that failed. */
  private static Optional<Exception> send(
      Producer<byte[], byte[]> open,
      List<ProducerRecord<byte[], byte[]>> copies,
      List<Future<RecordMetadata>> sent,
      FirstFailure first) {
    try {
      for (ProducerRecord<byte[], byte[]> copy : copies) {
        sent.add(open.send(copy, first.of(sent.size())));
      }
      open.flush();
      return Optional.empty();
    } catch (KafkaException refused) {
      first.noteIfItCounts(sent.size(), refused);
      return Optional.of(refused);
    }
  }

  private static Optional<Exception> failure(Future<RecordMetadata> sent) {
    try {
      sent.get();
      return Optional.empty();
    } catch (ExecutionException failure) {
      return Optional.of(failure.getCause() instanceof Exception cause ? cause : failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.of(interrupted);
    }
  }

  private Producer<byte[], byte[]> open() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      open = producers.get();
      producer = open;
      open.initTransactions();
    }
    return open;
  }

  /** The second step: what the group commits joins the copies, and all of it counts. */
  void commit(
      Map<TopicPartition, OffsetAndMetadata> commits,
      ConsumerGroupMetadata membership,
      Consumer<Outcome> then) {
    execute(
        () -> {
          Outcome outcome = committed(commits, membership);
          then.accept(outcome);
          if (outcome == Outcome.UNKNOWN) {
            decide();
          }
        },
        () -> then.accept(Outcome.ABORTED));
  }

  private Outcome committed(
      Map<TopicPartition, OffsetAndMetadata> commits, ConsumerGroupMetadata membership) {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      return Outcome.ABORTED;
    }
    try {
      open.sendOffsetsToTransaction(commits, membership);
    } catch (CommitFailedException | FencedInstanceIdException taken) {
      log.info("a transaction is taken back, its partitions are another process's: {}", commits);
      abort();
      return Outcome.REFUSED;
    } catch (RuntimeException failure) {
      log.warn("a transaction is taken back: {}", failure.toString());
      abort();
      return Outcome.ABORTED;
    }
    try {
      open.commitTransaction();
      return Outcome.COMMITTED;
    } catch (RuntimeException failure) {
      log.warn("whether a transaction counts is not known yet: {}", failure.toString());
      discard();
      return Outcome.UNKNOWN;
    }
  }

  /** Takes the transaction back between its two steps. */
  void abort(Runnable then) {
    execute(
        () -> {
          abort();
          then.run();
        },
        then);
  }

  private void abort() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      return;
    }
    try {
      open.abortTransaction();
    } catch (RuntimeException failure) {
      // Or there was none. The next producer of this name takes it back as it begins.
      log.debug("a transaction could not be taken back by its own producer", failure);
      discard();
    }
  }

  /** A producer of the same name has the broker decide what an earlier one left undecided. */
  private void decide() {
    try {
      open();
    } catch (RuntimeException failure) {
      // The broker decides by itself when the transaction's time is over.
      log.warn("a transaction stays undecided for now: {}", failure.toString());
      discard();
    }
  }

  private void discard() {
    Producer<byte[], byte[]> old = producer;
    producer = null;
    if (old != null) {
      close(old, Duration.ZERO);
    }
  }

  private static void close(Producer<byte[], byte[]> producer, Duration time) {
    try {
      producer.close(time);
    } catch (InterruptException interrupted) {
      log.debug("interrupted while a producer was closed", interrupted);
    } catch (KafkaException failure) {
      log.debug("a producer could not be closed in good order", failure);
    }
  }

  /** Takes nothing more, and ends when what is under way has ended. */
  void end() {
    execute(
        () -> {
          Producer<byte[], byte[]> open = producer;
          producer = null;
          if (open != null) {
            close(open, CLOSE_MAX);
          }
        },
        () -> {});
    thread.shutdown();
  }
}
