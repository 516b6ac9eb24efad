// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Settled;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription and the leases it gave: renews them while the messages are held, begins attempts
 * and settles in batches, keeps the delays that are too short for the transport, and closes itself
 * once it is drained and everything is settled.
 */
final class Intake implements Sink {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration UPKEEP = LEASE.dividedBy(3);
  private static final int BATCH_MAX = 1_024;
  private static final int BEGINS_MAX = 3;
  private static final Duration BEGIN_AGAIN = Duration.ofSeconds(1);

  /** Who gets the messages. */
  interface Receiver {
    /** Takes messages of one intake that are leased and not begun. Throws nothing. */
    void receive(List<Handed> messages);

    /** So many messages came and could not be taken: they come again. Throws nothing. */
    void missed(Intake from, int count);

    /** The end of one of the messages is on its way to the transport. Throws nothing. */
    void ending();

    /**
     * One of the messages is settled, or its settlement failed: it is not held any more.
     *
     * @param wasEnding whether its end was on its way
     */
    void left(boolean wasEnding);

    /**
     * Called every few seconds while there is a subscription: goes on with what could not be done
     * before for want of memory.
     */
    void upkeep();

    /** True if what is held keeps it from asking for more. */
    boolean hasWindow();
  }

  private final Environment environment;
  private final Receiver receiver;
  private final Subscription subscription;
  private final Credit credit;
  private final ShortDelays shortDelays;
  private final Batcher<Handed, Settled> begins;
  private final Batcher<Settlement, Settled> ends;
  private final Batcher<Settlement, Settled> moves;
  // In the order they came, so that on virtual time a run is always the same.
  private final Set<Handed> held = Collections.synchronizedSet(new LinkedHashSet<>());
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private final boolean canRenew;
  private final WakeUp upkeep;
  private volatile boolean isDrained;

  Intake(Transport transport, String queue, Environment environment, Receiver receiver) {
    Capabilities capabilities = transport.capabilities();
    this.environment = environment;
    this.receiver = receiver;
    this.begins =
        Batcher.gathered(capabilities, BATCH_MAX, environment.executor(), this::beginBatch);
    this.ends = settlements(capabilities);
    // A batch is answered as a whole, and for a move a transport may have to store a copy first,
    // which a broker that is blocked does not take: where batches may overlap, acknowledgements do
    // not wait for that.
    this.moves = capabilities.has(Capability.PIPELINED_BATCHES) ? settlements(capabilities) : ends;
    this.subscription = transport.subscribe(queue, new SubscribeOptions(LEASE), this);
    this.credit = new Credit(subscription, environment.timers());
    this.shortDelays = new ShortDelays(capabilities.minDelay(), environment, credit);
    this.canRenew = capabilities.has(Capability.RENEW);
    this.upkeep = WakeUp.byElapsed(environment, this::upkeep);
    upkeepFollows();
  }

  private Batcher<Settlement, Settled> settlements(Capabilities capabilities) {
    return Batcher.gathered(capabilities, BATCH_MAX, environment.executor(), this::settleBatch);
  }

  /** Asks for so many more messages. */
  void request(int n) {
    credit.request(n);
  }

  @Override
  public void accept(List<InMessage> messages) {
    int missed = messages.size();
    try {
      upkeepFollows();
      List<Handed> ready = new ArrayList<>(messages.size());
      try {
        for (InMessage message : messages) {
          take(message, ready);
          missed--;
        }
      } finally {
        if (!ready.isEmpty()) {
          receiver.receive(ready);
        }
      }
    } catch (Throwable failure) {
      // No memory: their leases run out, and meanwhile others are asked for in their place.
      receiver.missed(this, missed);
      log.error("{} messages cannot be taken and come again", missed, failure);
    }
  }

  private void take(InMessage message, List<Handed> ready) {
    Handed taken = new Handed(message, this);
    held.add(taken);
    try {
      if (shortDelays.isShort(message.dueAt())) {
        List<Handed> alone = List.of(taken);
        shortDelays.await(taken, message.dueAt(), true, () -> receiver.receive(alone));
      } else {
        ready.add(taken);
      }
    } catch (Throwable failure) {
      held.remove(taken);
      throw failure;
    }
  }

  /** The attempt begins; the callback tells when that would survive a crash. */
  void begin(Handed message, Batcher.Callback<Settled> callback) {
    begins.add(message, new Beginning(message, callback));
  }

  /**
   * Begins again a little later when no answer came: to begin twice counts once. Else the message
   * would come again only when its lease has run out.
   */
  private final class Beginning implements Batcher.Callback<Settled> {
    private final Handed message;
    private final Batcher.Callback<Settled> callback;
    private int tries = 1;

    Beginning(Handed message, Batcher.Callback<Settled> callback) {
      this.message = message;
      this.callback = callback;
    }

    @Override
    public void done(Settled settled) {
      if (settled != Settled.UNKNOWN || !again()) {
        callback.done(settled);
      }
    }

    @Override
    public void failed(Throwable cause) {
      if (!again()) {
        callback.failed(cause);
      }
    }

    private boolean again() {
      if (tries++ >= BEGINS_MAX) {
        return false;
      }
      try {
        environment.timers().after(BEGIN_AGAIN, this::retry);
        return true;
      } catch (RuntimeException | Error noTimer) {
        return false;
      }
    }

    private void retry() {
      try {
        begins.add(message, this);
      } catch (RuntimeException | Error failure) {
        callback.failed(failure);
      }
    }
  }

  /** Forgets a message whose lease was lost, or that cannot be settled: it comes again. */
  void drop(Handed message) {
    leave(message);
  }

  /** Settles a message that the caller has claimed. */
  CompletionStage<Settled> settle(Handed message, Settlement settlement) {
    CompletableFuture<Settled> answer = new CompletableFuture<>();
    Batcher.Callback<Settled> callback =
        new Batcher.Callback<>() {
          @Override
          public void done(Settled settled) {
            leave(message);
            tellUnlessDone(message, settled);
            answer.complete(settled);
          }

          @Override
          public void failed(Throwable cause) {
            leave(message);
            log.warn(
                "message {} could not be settled and comes again: {}",
                message.in().id(),
                cause.toString());
            answer.completeExceptionally(cause);
          }
        };
    if (settlement instanceof Settlement.Retry retry && shortDelays.isShort(retry.dueAt())) {
      shortDelays.await(
          message,
          retry.dueAt(),
          receiver.hasWindow(),
          () -> endWaiting(message, settlement, callback));
    } else {
      end(message, settlement, callback);
    }
    return answer;
  }

  private void end(Handed message, Settlement settlement, Batcher.Callback<Settled> callback) {
    message.ending();
    receiver.ending();
    batcher(settlement).add(settlement, callback);
  }

  private void endWaiting(
      Handed message, Settlement settlement, Batcher.Callback<Settled> callback) {
    try {
      end(message, settlement, callback);
    } catch (RuntimeException | Error failure) {
      callback.failed(failure);
    }
  }

  private Batcher<Settlement, Settled> batcher(Settlement settlement) {
    boolean isEnd =
        settlement instanceof Settlement.Ack || settlement instanceof Settlement.Discard;
    return isEnd ? ends : moves;
  }

  private static void tellUnlessDone(Handed message, Settled settled) {
    String id = message.in().id();
    if (settled == Settled.STALE) {
      log.info("message {} was settled too late: its lease had ended, somebody else has it", id);
    } else if (settled == Settled.UNKNOWN) {
      log.info("message {} comes again unless it was settled: no answer came", id);
    }
  }

  /** Takes nothing more. The stage completes when all that is held is settled. */
  CompletionStage<Void> drain() {
    stopped()
        .whenComplete(
            (done, error) -> {
              if (error != null) {
                log.warn("a subscription could not be drained: {}", error.toString());
              }
              isDrained = true;
              credit.end();
              shortDelays.end();
              closeIfEmpty();
            });
    return emptied;
  }

  private CompletionStage<Void> stopped() {
    try {
      return subscription.drain();
    } catch (RuntimeException | Error failure) {
      return CompletableFuture.failedStage(failure);
    }
  }

  private void leave(Handed message) {
    // Whoever ended its attempt has told so; of what was let go nobody knows.
    try {
      message.passage().unused();
    } finally {
      if (held.remove(message)) {
        receiver.left(message.isEnding());
      }
    }
    if (isDrained) {
      closeIfEmpty();
    }
  }

  private void closeIfEmpty() {
    if (!held.isEmpty() || !isClosed.compareAndSet(false, true)) {
      return;
    }
    upkeep.cancel();
    try {
      subscription.close();
    } finally {
      emptied.complete(null);
    }
  }

  private CompletionStage<List<Settled>> beginBatch(List<Handed> messages) {
    return subscription.begin(leases(messages));
  }

  private CompletionStage<List<Settled>> settleBatch(List<Settlement> batch) {
    return subscription.settle(batch);
  }

  private void upkeepFollows() {
    if (!isClosed.get()) {
      upkeep.notAfter(environment.timers().nanoTimeAfter(UPKEEP));
    }
  }

  /** Renews the leases, and does what could not be done before for want of memory. */
  private void upkeep() {
    // First of all: whatever becomes of this one, the next must follow.
    upkeepFollows();
    credit.askRefused();
    shortDelays.watch();
    if (canRenew) {
      renew();
    }
    receiver.upkeep();
  }

  private void renew() {
    List<Handed> all = List.copyOf(held);
    if (all.isEmpty()) {
      return;
    }
    try {
      subscription.renew(leases(all), LEASE).whenComplete(this::renewed);
    } catch (RuntimeException | Error failure) {
      renewed(List.of(), failure);
    }
  }

  private void renewed(@Nullable List<Settled> answers, @Nullable Throwable error) {
    if (error != null) {
      log.warn("leases could not be renewed and may run out: {}", Causes.unwrap(error).toString());
    } else if (answers != null && answers.contains(Settled.STALE)) {
      // Some were settled meanwhile; a lease that is really lost says so again when it is settled.
      log.debug("some leases ended while they were being renewed");
    }
  }

  private static List<Lease> leases(List<Handed> messages) {
    List<Lease> leases = new ArrayList<>(messages.size());
    for (Handed message : messages) {
      leases.add(message.in().lease());
    }
    return leases;
  }
}
