// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Idempotency;
import dev.redrive.IdempotencyStatus;
import dev.redrive.QueueOptions;
import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.spi.Environment;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps duplicates from having an effect: before a message's attempt begins, its key is begun in
 * the queue's idempotency store; before it is settled, {@link KeyKeeper} completes or frees that.
 *
 * <p>The store is asked before the attempt begins, not after, because nothing that stands before a
 * handler may cost an attempt: while a store is down, a process that crashes again and again would
 * use up the attempts of messages whose handler was never called.
 *
 * <p>What a crash of the process leaves, by where it strikes:
 *
 * <ul>
 *   <li>after the key was begun, before the attempt did: the key is held until its lease runs out;
 *       the message comes again uncounted, and waits for that;
 *   <li>in the attempt, before its effect: the same, and the attempt counts;
 *   <li>after the effect, before the key was completed: the same, and then the effect happens
 *       again. No store of its own can close this gap; one within the effect's transaction can;
 *   <li>after the key was completed, before the message was acknowledged: it comes again, and is
 *       acknowledged without its handler.
 * </ul>
 *
 * What it holds when there is no memory is let go, and stands as after a crash.
 *
 * <p>While the store cannot be asked, a message waits here, in the place of its attempt: it has not
 * begun, so that costs nothing, and no more messages wait than attempts may run.
 */
final class Duplicates<T> {
  private static final Logger log = LoggerFactory.getLogger(Duplicates.class);

  /** A key outlives the attempt that holds it by this, so that it can still be completed. */
  static final Duration MARGIN = Duration.ofSeconds(30);

  private static final Duration BUSY_MIN = Duration.ofMillis(250);
  private static final Duration BUSY_MAX = Duration.ofSeconds(30);
  private static final String BUSY = "another attempt under its idempotency key is under way";
  private static final String UNREACHABLE = "the idempotency store cannot be reached";

  private final QueueEngine<T> queue;
  private final Environment environment;
  private final StoreHealth health;
  private final KeyReader<T> keys;

  Duplicates(QueueEngine<T> queue, Environment environment, StoreHealth health) {
    this.queue = queue;
    this.environment = environment;
    this.health = health;
    this.keys = new KeyReader<>(queue);
  }

  /** Who wants to begin attempts. What it is told of a message is told once. */
  interface Asker {
    /** The attempt may begin; if there is a key, the message holds it. */
    void free(Handed message);

    /** No attempt begins: the message was settled, or let go. */
    void over(Handed message);

    /**
     * True if the message is wanted still. If not, it was given back, and {@link #over} follows.
     */
    boolean isWanted(Handed message);

    /** True if a message may wait for the store; else it is put off. */
    boolean mayWait();
  }

  IdempotencyStatus status() {
    return health.status();
  }

  /** Asks whether this message, which nobody has claimed, was done before. */
  void ask(Handed message, Asker asker) {
    if (queue.options().idempotency().isEmpty()) {
      asker.free(message);
    } else {
      // The key's function is the application's code, which must not hold up a transport's thread.
      environment.executor().execute(new Question(message, asker));
    }
  }

  /** One message's question, asked again until there is an answer. */
  private final class Question implements Runnable {
    private final Handed message;
    private final Asker asker;
    private int tries;
    private boolean isOver;

    Question(Handed message, Asker asker) {
      this.message = message;
      this.asker = asker;
    }

    @Override
    public void run() {
      try {
        if (tries > 0) {
          health.waitsNoMore();
        }
        if (tries == 0 || asker.isWanted(message)) {
          ask();
        } else {
          over();
        }
      } catch (Throwable failure) {
        letGo(failure);
      }
    }

    private void ask() {
      QueueOptions<T> options = queue.options();
      Optional<Idempotency<? super T>> idempotency = options.idempotency();
      if (idempotency.isEmpty()) {
        // Declared anew meanwhile.
        asker.free(message);
        return;
      }
      Optional<String> key = keys.read(message, idempotency.get().key(), options);
      if (key.isPresent()) {
        begin(idempotency.get(), key.get(), options.timeout());
      } else {
        over();
      }
    }

    private void begin(Idempotency<?> idempotency, String key, Duration timeout) {
      IdempotencyStore store = idempotency.store();
      Duration lease = idempotency.lease().orElseGet(() -> timeout.plus(MARGIN));
      // Looked at before: the store counts from when it is asked.
      long leaseEnd = environment.timers().nanoTimeAfter(lease);
      Awaited.within(
              KeyKeeper.ANSWER_MAX,
              environment.timers(),
              () -> store.begin(key, lease),
              late -> giveUp(store, key, late))
          .whenComplete(
              (begun, failure) -> {
                try {
                  if (failure == null) {
                    health.answers();
                    answered(begun, idempotency, key, lease, leaseEnd);
                  } else {
                    unanswered(failure);
                  }
                } catch (Throwable noMemory) {
                  letGo(noMemory);
                }
              });
    }

    private void answered(
        Begun begun, Idempotency<?> idempotency, String key, Duration lease, long leaseEnd) {
      if (begun instanceof Begun.New mine) {
        message.hold(new KeyHold(idempotency, key, mine.owner(), lease, leaseEnd));
        asker.free(message);
      } else if (begun instanceof Begun.Done done) {
        recognised(key, done.result());
      } else if (begun instanceof Begun.Busy busy) {
        health.busy();
        putOff(busyTime(busy.leaseLeft(), leaseEnd), BUSY);
      }
    }

    private void recognised(String key, byte[] result) {
      health.recognised();
      log.info(
          "message {} of queue {} was done before and is acknowledged: key {}",
          message.in().id(),
          queue.name(),
          key);
      if (message.claim()) {
        queue.settler().recognised(message, key, result);
      }
      over();
    }

    /** As long as the key has been held, so that the waits double; no longer than it is held. */
    private Duration busyTime(Duration leaseLeft, long leaseEnd) {
      Duration lease = Duration.ofNanos(leaseEnd - environment.timers().nanoTime());
      Duration held = lease.minus(leaseLeft);
      Duration time = held.compareTo(BUSY_MIN) < 0 ? BUSY_MIN : held;
      time = time.compareTo(BUSY_MAX) > 0 ? BUSY_MAX : time;
      time = time.compareTo(leaseLeft) > 0 ? leaseLeft : time;
      long nanos = Math.max(2, time.toNanos());
      return Duration.ofNanos(nanos + environment.random().nextLong(nanos / 2));
    }

    private void unanswered(Throwable failure) {
      health.fails(failure);
      if (asker.mayWait()) {
        environment.timers().after(health.pause(tries++), this::askAgain);
        health.waits();
      } else {
        putOff(health.pause(2), UNREACHABLE);
      }
    }

    private void askAgain() {
      try {
        environment.executor().execute(this);
      } catch (Throwable refused) {
        health.waitsNoMore();
        letGo(refused);
      }
    }

    private void putOff(Duration time, String why) {
      if (message.claim()) {
        queue.settler().postpone(message, time, why);
      }
      over();
    }

    // A store may take a key long after it was asked to; nobody would ever end that.
    private void giveUp(IdempotencyStore store, String key, @Nullable Begun late) {
      if (late instanceof Begun.New unwanted) {
        store
            .release(key, unwanted.owner())
            .whenComplete(
                (isFreed, failure) -> {
                  if (failure != null) {
                    log.warn("the key {} is held in vain until its lease ends", key, failure);
                  }
                });
      }
    }

    // Told once, though what is done when it is told may fail as well.
    private void over() {
      if (!isOver) {
        isOver = true;
        asker.over(message);
      }
    }

    private void letGo(Throwable failure) {
      message.letGo(failure);
      over();
    }
  }
}
