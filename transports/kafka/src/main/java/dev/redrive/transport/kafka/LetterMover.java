// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.DeadLetterFilter;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Takes letters out of a dead topic: back to their queue, or for good. The message and the
 * tombstone of its letter are written in one transaction, so that there is no moment at which it is
 * in both places, or in none.
 *
 * <p>All processes that move letters of a queue do so under one transactional id. Whoever begins to
 * use it ends what the one before had begun, and fences it: of two people who replay at once, one
 * is refused by the broker, and looks again at what is left. So what counts is this order: to take
 * the id, to read up to the end as it is after that, then to choose. Whoever holds the id and was
 * not fenced knows the end of every letter but those that it ends itself.
 *
 * <p>A crash before the commit has reached the broker: the letters are dead still, and nothing else
 * is seen of it. A crash after that: they are moved, and whoever takes the id next waits until the
 * broker has told all partitions. If the answer to a commit is lost, the id is taken anew, and the
 * mark of the transaction on its tombstones says whether it counts.
 *
 * <p>Used by one thread at a time; its methods block.
 */
final class LetterMover implements AutoCloseable {
  private static final int BATCH_MAX = 500;
  private static final long BATCH_BYTES_MAX = 16L << 20;

  /** How often in a row others may come before it. */
  private static final int FENCED_MAX = 20;

  private static final int FAILURES_MAX = 2;
  private static final int PAUSE_DOUBLINGS = 4;

  private final String queue;
  private final String dead;
  private final Returns returns;
  private final Supplier<Producer<byte[], byte[]>> producers;
  private final Environment environment;
  private final LetterReading reading;
  private final BooleanSupplier isClosed;

  private Optional<Producer<byte[], byte[]>> holding = Optional.empty();
  // False until all was read that others had moved before.
  private boolean isCurrent;
  private boolean isOpen;

  /**
   * @param returns where they are, and where they go
   * @param producers make one under the transactional id of the queue's dead letters
   */
  LetterMover(
      Returns returns,
      Supplier<Producer<byte[], byte[]>> producers,
      Environment environment,
      LetterReading reading,
      BooleanSupplier isClosed) {
    this.queue = returns.queue();
    this.dead = returns.dead();
    this.returns = returns;
    this.producers = producers;
    this.environment = environment;
    this.reading = reading;
    this.isClosed = isClosed;
  }

  /**
   * Sends letters back to their queue, the oldest first.
   *
   * @return how many; fewer than {@code max} means that none is left that matches
   */
  int replay(DeadLetterFilter filter, int max) {
    return new Move(filter, max, true, count -> {}).go();
  }

  /**
   * Ends letters for good, the oldest first.
   *
   * @param purged told of those that are gone, also if the call fails after that
   * @return how many; fewer than {@code max} means that none is left that matches
   */
  int purge(DeadLetterFilter filter, int max, IntConsumer purged) {
    return new Move(filter, max, false, purged).go();
  }

  /** One call. */
  private final class Move {
    private final DeadLetterFilter filter;
    private final int max;
    private final boolean isReplay;
    private final IntConsumer done;

    private int moved;
    private int fencedCount;
    private int failureCount;
    // A batch whose commit was not answered.
    private List<byte[]> undecided = List.of();

    Move(DeadLetterFilter filter, int max, boolean isReplay, IntConsumer done) {
      this.filter = filter;
      this.max = max;
      this.isReplay = isReplay;
      this.done = done;
    }

    int go() {
      while (moved < max) {
        try {
          hold();
          if (moveChosen()) {
            return moved;
          }
        } catch (KafkaException failure) {
          giveUpOrPause(failure);
        } catch (TransportException failure) {
          throw failed(failure);
        }
      }
      return moved;
    }

    /** Is alone with the letters, and knows all that happened to them. */
    private void hold() {
      if (holding.isEmpty()) {
        isCurrent = false;
        Producer<byte[], byte[]> producer = producers.get();
        holding = Optional.of(producer);
        producer.initTransactions();
      }
      if (isCurrent && reading.knowsAll()) {
        reading.look();
        return;
      }
      reading.readAll();
      isCurrent = true;
      if (!undecided.isEmpty()) {
        List<byte[]> batch = undecided;
        undecided = List.of();
        if (reading.index().hasAwaited()) {
          decided(batch);
        }
      }
    }

    private void decided(List<byte[]> batch) {
      // They may be read only later, if others' transactions are open.
      batch.forEach(reading.index()::remove);
      moved += batch.size();
      done.accept(batch.size());
      fencedCount = 0;
      failureCount = 0;
    }

    /** True if there is nothing more to move. */
    private boolean moveChosen() {
      if (moved == max) {
        return true;
      }
      List<LetterIndex.Summary> chosen =
          reading.select(filter, LetterReading.BEFORE_ALL, max - moved);
      int at = 0;
      while (at < chosen.size()) {
        if (isClosed.getAsBoolean()) {
          throw new TransportException("the Kafka transport is closed; open a new one");
        }
        List<LetterIndex.Summary> some =
            chosen.subList(at, Math.min(chosen.size(), at + BATCH_MAX));
        Optional<Integer> taken = isReplay ? replay(some) : purge(some);
        if (taken.isEmpty()) {
          return false;
        }
        at += taken.get();
      }
      return chosen.isEmpty();
    }

    private Optional<Integer> purge(List<LetterIndex.Summary> some) {
      List<byte[]> keys = some.stream().map(LetterIndex.Summary::key).toList();
      commit(keys, some.stream().flatMap(letter -> returns.purged(letter).stream()).toList());
      return Optional.of(some.size());
    }

    /** How many of them it moved, from the first on; empty if they are not what they seemed. */
    private Optional<Integer> replay(List<LetterIndex.Summary> some) {
      List<Letter> letters = reading.letters(some, BATCH_BYTES_MAX);
      for (int i = 0; i < letters.size(); i++) {
        if (letters.get(i).offset() != some.get(i).offset()) {
          letters = List.of();
        }
      }
      if (letters.isEmpty()) {
        // It is another topic of that name, or was compacted just now.
        reading.forget();
        return Optional.empty();
      }
      int partitions = holding.orElseThrow().partitionsFor(queue).size();
      commit(
          letters.stream().map(letter -> Letter.key(letter.record())).toList(),
          letters.stream().map(letter -> returned(letter, partitions)).toList());
      return Optional.of(letters.size());
    }

    private ProducerRecord<byte[], byte[]> returned(Letter letter, int partitions) {
      return returns.replayed(letter, letter.replayed(partitions, environment.clock().instant()));
    }

    private void commit(List<byte[]> keys, List<ProducerRecord<byte[], byte[]>> messages) {
      Producer<byte[], byte[]> producer = holding.orElseThrow();
      String transaction = Long.toHexString(environment.random().nextLong());
      producer.beginTransaction();
      isOpen = true;
      List<Future<?>> sent = new ArrayList<>();
      messages.forEach(message -> sent.add(producer.send(message)));
      keys.forEach(key -> sent.add(producer.send(Letter.tombstone(dead, key, transaction))));
      producer.flush();
      sent.forEach(LetterMover::check);
      reading.index().await(transaction);
      undecided = keys;
      isOpen = false;
      producer.commitTransaction();
      undecided = List.of();
      decided(keys);
    }

    private void giveUpOrPause(KafkaException failure) {
      boolean isFenced = isFenced(failure);
      // After a timeout the clients have tried for long; what counts is what became of it.
      boolean isPassing =
          failure instanceof RetriableException && !(failure instanceof TimeoutException);
      boolean isOfUse = isFenced || isPassing || !undecided.isEmpty();
      if (isOpen && !isFenced && !(failure instanceof TimeoutException)) {
        abort(failure);
      }
      close();
      int count = isFenced ? ++fencedCount : ++failureCount;
      if (isClosed.getAsBoolean() || failure instanceof InterruptException) {
        throw failed(
            new TransportException("the Kafka transport is closed; open a new one", failure));
      }
      if (!isOfUse || count >= (isFenced ? FENCED_MAX : FAILURES_MAX)) {
        throw failed(
            new TransportException(
                isFenced
                    ? "others move dead letters of %s all the time; try again later"
                        .formatted(queue)
                    : "Kafka did not do it: " + failure,
                failure));
      }
      // Two who fence each other must not do so in step for ever.
      Duration pause = Backoff.drawn(Math.min(count, PAUSE_DOUBLINGS), environment.random());
      Pause.of(pause, environment.timers());
    }

    /** The same failure, with what was done before it. */
    private TransportException failed(TransportException failure) {
      if (moved == 0 && undecided.isEmpty()) {
        return failure;
      }
      String doubt = undecided.isEmpty() ? "" : ", and perhaps " + undecided.size() + " more";
      return new TransportException(
          "%s; %d were %s before that%s"
              .formatted(failure.getMessage(), moved, isReplay ? "replayed" : "purged", doubt),
          failure);
    }
  }

  private static void check(Future<?> sent) {
    try {
      sent.get();
    } catch (ExecutionException refused) {
      throw refused.getCause() instanceof KafkaException failure
          ? failure
          : new KafkaException(refused);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }

  private static boolean isFenced(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProducerFencedException
          || cause instanceof InvalidProducerEpochException
          // What was begun was ended by somebody else, who is through already.
          || cause instanceof InvalidTxnStateException
          || cause instanceof InvalidPidMappingException) {
        return true;
      }
    }
    return false;
  }

  /** Else the transaction would hold up whoever reads the queue, until the broker ends it. */
  private void abort(KafkaException reason) {
    try {
      holding.orElseThrow().abortTransaction();
    } catch (KafkaException failure) {
      reason.addSuppressed(failure);
    }
  }

  /** Lets go; it can be used again. */
  @Override
  public void close() {
    isOpen = false;
    Optional<Producer<byte[], byte[]>> closing = holding;
    holding = Optional.empty();
    closing.ifPresent(producer -> producer.close(Duration.ZERO));
  }
}
