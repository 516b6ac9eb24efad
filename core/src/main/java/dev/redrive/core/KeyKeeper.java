// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the keys of messages in hand to their end, before these are settled: a key whose attempt
 * succeeded is completed, every other one is freed.
 *
 * <p>An effect that has happened must not happen again for want of a store: its completion is tried
 * for as long as the key's lease lasts, because until then no duplicate can begin. Then, and when
 * the queue is closed, the message is acknowledged all the same; to hand it over again would repeat
 * the effect for certain, and so only a duplicate that comes later can.
 *
 * <p>A key that cannot be freed is free when its lease has run out; its message's next attempt
 * waits until then.
 */
final class KeyKeeper {
  private static final Logger log = LoggerFactory.getLogger(KeyKeeper.class);
  static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  /** Why an attempt goes back, uncounted. */
  static final String NOT_KEPT = "its idempotency key could not be kept for the attempt";

  private final Environment environment;
  private final StoreHealth health;
  // In the order they began, so that on virtual time a run is always the same.
  private final Set<Completion> completions = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile boolean isStopped;

  KeyKeeper(Environment environment, StoreHealth health) {
    this.environment = environment;
    this.health = health;
  }

  /** The message was handled. The stage completes, never exceptionally, when it may be settled. */
  CompletionStage<Boolean> complete(KeyHold hold) {
    Completion completion = new Completion(hold);
    completions.add(completion);
    completion.run();
    return completion.told;
  }

  /** The message was not handled. The stage completes, never exceptionally, as above. */
  CompletionStage<Boolean> free(KeyHold hold) {
    return Awaited.within(
            ANSWER_MAX,
            environment.timers(),
            () -> hold.store().release(hold.key(), hold.owner()),
            late -> {})
        .handle(
            (isFreed, failure) -> {
              if (failure != null) {
                health.fails(failure);
              }
              return failure == null;
            });
  }

  /** Frees the key of a message that is let go, if it holds one. Throws nothing. */
  void freeLater(Handed message) {
    try {
      message.hold().ifPresent(this::free);
    } catch (Throwable failure) {
      // It is free when its lease has run out.
      log.warn("the key of message {} could not be freed", message.in().id(), failure);
    }
  }

  /**
   * The message's consumer has it for this much time from now, and so its key is held longer.
   * Throws nothing.
   */
  void keep(Handed message, Duration time) {
    try {
      message.hold().ifPresent(hold -> keep(message, hold, time.plus(Duplicates.MARGIN)));
    } catch (Throwable failure) {
      notKept(message, failure.toString());
    }
  }

  private void keep(Handed message, KeyHold hold, Duration lease) {
    long end = environment.timers().nanoTimeAfter(lease);
    if (end > hold.leaseEnd()) {
      new Keeping(message, hold, end).run();
    }
  }

  private static void notKept(Handed message, String why) {
    log.warn(
        "the key of message {} could not be kept, and a duplicate may take it: {}",
        message.in().id(),
        why);
  }

  /**
   * Has the message's key, if it has one, held for an attempt that begins now and may take this
   * long. Throws nothing.
   *
   * @param then told once, at once or later: false if it is not certain that it is held, and then
   *     the attempt must not begin. Throws nothing
   */
  void keepFor(Handed message, Duration timeout, Consumer<Boolean> then) {
    Optional<KeyHold> hold = message.hold();
    Boolean isKept = hold.isEmpty() ? Boolean.TRUE : lastsOrNull(hold.get(), timeout, then);
    if (isKept != null) {
      then.accept(isKept);
    }
  }

  /** Null if it is told later. */
  private @Nullable Boolean lastsOrNull(KeyHold hold, Duration timeout, Consumer<Boolean> then) {
    try {
      if (hold.lasts(Times.nanos(timeout), now())) {
        return true;
      }
      CompletionStage<Boolean> anew = keptAnew(hold, timeout);
      anew.whenComplete((isKept, failure) -> then.accept(Boolean.TRUE.equals(isKept)));
      return null;
    } catch (Throwable noMemory) {
      return false;
    }
  }

  /** True if the message's key, if it has one, is held for so many nanoseconds from now. */
  boolean isHeldFor(Handed message, long nanos) {
    Optional<KeyHold> hold = message.hold();
    return hold.isEmpty() || hold.get().leaseEnd() - now() >= nanos;
  }

  private CompletionStage<Boolean> keptAnew(KeyHold hold, Duration timeout) {
    Duration wanted = timeout.plus(Duplicates.MARGIN);
    Duration lease = hold.lease().compareTo(wanted) > 0 ? hold.lease() : wanted;
    long end = environment.timers().nanoTimeAfter(lease);
    return renewed(hold, lease)
        .handle(
            (isKept, failure) -> {
              if (failure != null) {
                health.fails(failure);
                return false;
              }
              if (isKept) {
                hold.leaseEnd(end);
              }
              return isKept;
            });
  }

  private long now() {
    return environment.timers().nanoTime();
  }

  private CompletionStage<Boolean> renewed(KeyHold hold, Duration lease) {
    return Awaited.within(
        ANSWER_MAX,
        environment.timers(),
        () -> hold.store().renew(hold.key(), hold.owner(), lease),
        late -> {});
  }

  /** Waits for no store any more. */
  void stop() {
    isStopped = true;
    List.copyOf(completions).forEach(completion -> completion.giveUp("the queue is closed"));
  }

  /** One key's longer lease, asked for again until the shorter one has ended. */
  private final class Keeping implements Runnable {
    private final Handed message;
    private final KeyHold hold;
    private final long end;
    private int tries;

    Keeping(Handed message, KeyHold hold, long end) {
      this.message = message;
      this.hold = hold;
      this.end = end;
    }

    @Override
    public void run() {
      // Another one may have asked for more meanwhile; what is settled needs no lease.
      if (end <= hold.leaseEnd() || message.isClaimed()) {
        return;
      }
      long left = end - environment.timers().nanoTime();
      renewed(hold, Duration.ofNanos(left)).whenComplete(this::answered);
    }

    private void answered(@Nullable Boolean isKept, @Nullable Throwable failure) {
      try {
        if (failure != null) {
          health.fails(failure);
          again(failure);
        } else if (Boolean.TRUE.equals(isKept)) {
          health.answers();
          hold.leaseEnd(end);
        } else if (!message.isClaimed()) {
          notKept(message, "its lease had ended");
        }
      } catch (Throwable noMemory) {
        notKept(message, noMemory.toString());
      }
    }

    private void again(Throwable failure) {
      Timers timers = environment.timers();
      if (isStopped || timers.nanoTime() >= hold.leaseEnd()) {
        notKept(message, failure.toString());
      } else {
        timers.after(health.pause(tries++), this);
      }
    }
  }

  /** One key's completion, tried again and again. */
  private final class Completion implements Runnable {
    private final KeyHold hold;
    private final CompletableFuture<Boolean> told = new CompletableFuture<>();
    private int tries;

    Completion(KeyHold hold) {
      this.hold = hold;
    }

    @Override
    public void run() {
      try {
        Awaited.within(
                ANSWER_MAX,
                environment.timers(),
                () -> hold.store().complete(hold.key(), hold.owner(), hold.result(), hold.ttl()),
                late -> {})
            .whenComplete(this::answered);
      } catch (Throwable failure) {
        giveUp(failure.toString());
      }
    }

    private void answered(@Nullable Boolean isStored, @Nullable Throwable failure) {
      try {
        if (failure != null) {
          health.fails(failure);
          again(failure);
          return;
        }
        health.answers();
        if (!Boolean.TRUE.equals(isStored)) {
          log.warn("the key {} was taken by somebody else: it was handled twice", hold.key());
        }
        end(true);
      } catch (Throwable noMemory) {
        giveUp(noMemory.toString());
      }
    }

    private void again(Throwable failure) {
      Timers timers = environment.timers();
      if (isStopped || timers.nanoTime() >= hold.leaseEnd()) {
        giveUp(failure.toString());
      } else {
        timers.after(health.pause(tries++), this);
      }
    }

    /** False if it had ended before. */
    private boolean end(boolean isStored) {
      completions.remove(this);
      return told.complete(isStored);
    }

    void giveUp(String why) {
      if (end(false)) {
        health.unstored();
        log.error(
            "what was done under the key {} could not be stored: a duplicate of it that comes"
                + " later would be handled again: {}",
            hold.key(),
            why);
      }
    }
  }
}
