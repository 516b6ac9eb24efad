// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import dev.redrive.Settled;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Timers;
import dev.redrive.transport.rabbitmq.RabbitLease.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A consumer of a queue, over all links that there will be.
 *
 * <p>What the broker sends is kept until it is due and asked for. A message that is kept without
 * being asked for, because one was settled and no other requested, goes back after a moment, so
 * that another consumer gets it. One that is not due for longer goes back to the ladder.
 *
 * <p>Everything happens on the consuming loop; the sink is called there, too.
 */
final class RabbitSubscription implements Subscription, Intake.Receiver {
  /** How long a message is kept that nobody asked for. */
  static final Duration LINGER = Duration.ofMillis(40);

  /** Messages that are due within this are kept here until then. */
  static final Duration KEEP_MAX = Duration.ofSeconds(2);

  private static final int HELD_UP_MAX = 1_000;
  private static final long CLOSE_SECONDS = 5;

  private final RabbitQueue queue;
  private final Duration leaseTime;
  private final Sink sink;
  private final Loop loop;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  // All below is used by the loop alone.
  private final Kept kept;
  private final LeaseBook leases;
  private final Alarm<Instant> nextDue;
  private final Alarm<Long> nextEnd;
  private final Alarm<Long> linger;
  private Optional<Intake> intake = Optional.empty();
  private Optional<Intake> leaving = Optional.empty();
  private long credit;
  private boolean isDraining;
  private boolean isClosed;
  private int settling;

  RabbitSubscription(RabbitQueue queue, SubscribeOptions options, Sink sink) {
    this.queue = queue;
    this.leaseTime = options.lease();
    this.sink = sink;
    this.loop = queue.loop();
    this.kept = new Kept(queue.environment().random());
    Timers timers = queue.environment().timers();
    this.leases = new LeaseBook(this, timers);
    this.nextDue = Alarm.byClock(timers, loop, this::round);
    this.nextEnd = Alarm.byElapsed(timers, loop, this::round);
    this.linger = Alarm.byElapsed(timers, loop, this::giveBackUnasked);
  }

  RabbitQueue queue() {
    return queue;
  }

  /** There is a link. Called on the loop. */
  void attach(Link link) throws IOException {
    // One that came while the link was made is attached already.
    if (!isClosed && intake.isEmpty()) {
      intake = Optional.of(new Intake(link, queue, this));
      ask();
    }
  }

  @Override
  public void broken(Intake by, String why, boolean isGone) {
    if (intake.isPresent() && intake.get() == by) {
      detach();
      queue.attachAgain(this, why, isGone);
    }
  }

  /** The channel is lost, and with it all that was leased by it. Called on the loop. */
  void detach() {
    intake.ifPresent(Intake::abandon);
    intake = Optional.empty();
    leases.all().forEach(lease -> lease.state(State.GONE));
    kept.all().forEach(lease -> lease.state(State.GONE));
  }

  @Override
  public void request(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("request at least one message, not " + n);
    }
    loop.execute(
        () -> {
          if (!isDraining) {
            credit += n;
            round();
          }
        });
  }

  @Override
  public void received(Intake by, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
    if (by.isLost()) {
      return;
    }
    Wire.Content content = queue.arrived(properties, body);
    int handOvers = Poison.handOvers(envelope, properties);
    RabbitLease lease =
        new RabbitLease(this, by, envelope.getDeliveryTag(), content, handOvers, now());
    if (queue.poison().isOver(handOvers)) {
      new SettleRound(this).bury(lease, queue.poison().death(lease, now()));
      return;
    }
    if (isDraining) {
      giveBack(List.of(lease));
      return;
    }
    kept.add(lease);
  }

  // What arrives together is handed over together.
  @Override
  public void receivedAll() {
    round();
  }

  /** Does all that is to be done now, and sets the alarms for what is to be done next. */
  private void round() {
    Instant now = now();
    giveBack(leases.ended());
    kept.ripen(now);
    // The clocks of two machines differ, or another program put it into the queue.
    new SettleRound(this).postpone(kept.laterThan(now.plus(KEEP_MAX)));
    awaitRequest(handOver());
    ask();
    nextDue.set(kept.nextDue());
    nextEnd.set(leases.nextEnd());
  }

  // As long as it is asked for more, what is kept here will be asked for soon.
  private void awaitRequest(boolean hasHandedOver) {
    if (!kept.hasReady() || hasHandedOver) {
      linger.cancel();
    }
    if (kept.hasReady()) {
      linger.setUnlessSet(queue.environment().timers().nanoTimeAfter(LINGER));
    }
  }

  /** False if there was nothing to hand over, or nobody who asked. */
  private boolean handOver() {
    List<InMessage> messages = new ArrayList<>();
    while (credit > messages.size()) {
      Optional<RabbitLease> next = kept.next();
      if (next.isEmpty()) {
        break;
      }
      leases.hold(next.get(), leaseTime);
      messages.add(next.get().message());
    }
    credit -= messages.size();
    if (!messages.isEmpty()) {
      sink.accept(messages);
    }
    return !messages.isEmpty();
  }

  /** Sees to it that the broker may send what is asked for. */
  private void ask() {
    long want = credit - kept.dueCount() - Math.max(0, kept.heldUpCount() - HELD_UP_MAX);
    intake
        .filter(open -> want > open.room())
        .ifPresent(open -> open.widen((int) (want - open.room()), (int) Math.min(want, 0xFFFF)));
  }

  private void giveBackUnasked() {
    if (credit == 0) {
      giveBack(kept.ready());
    }
  }

  private void giveBack(List<RabbitLease> leases) {
    // To give it back counts like a crash.
    new SettleRound(this).postpone(leases.stream().filter(RabbitLease::isWorn).toList());
    List<RabbitLease> fresh = leases.stream().filter(lease -> !lease.isWorn()).toList();
    fresh.forEach(lease -> lease.state(State.GONE));
    if (intake.isPresent() && !leases.isEmpty()) {
      if (credit == 0) {
        // Or the broker would send them here again.
        intake.get().pause();
      }
      intake.get().giveBack(fresh.stream().map(RabbitLease::tag).toList());
    }
  }

  @Override
  public CompletionStage<List<Settled>> begin(List<Lease> begun) {
    return CompletableFuture.completedStage(begun.stream().map(leases::begin).toList());
  }

  @Override
  public CompletionStage<List<Settled>> settle(List<Settlement> batch) {
    SettleRound settling = new SettleRound(this);
    return loop.offer(() -> settling.settle(batch)) ? settling.answer() : stale(batch.size());
  }

  @Override
  public CompletionStage<List<Settled>> renew(List<Lease> renewed, Duration by) {
    CompletableFuture<List<Settled>> answer = new CompletableFuture<>();
    boolean isTaken =
        loop.offer(
            () -> {
              answer.complete(renewed.stream().map(lease -> leases.renew(lease, by)).toList());
              round();
            });
    return isTaken ? answer : stale(renewed.size());
  }

  private static CompletionStage<List<Settled>> stale(int count) {
    return CompletableFuture.completedStage(Collections.nCopies(count, Settled.STALE));
  }

  /** Takes the lease for a settlement, if it is held. Called on the loop. */
  Optional<RabbitLease> claim(Lease lease) {
    return leases.claim(lease);
  }

  /** How many messages are here that were not handed over. Called on the loop. */
  int kept() {
    return kept.size();
  }

  /** How many messages are handed over and not settled. Called on the loop. */
  int running() {
    return leases.size() + settling;
  }

  /** A round of settlements is under way. Called on the loop. */
  void beginsToSettle() {
    settling++;
  }

  /** It is over. Called on the loop. */
  void hasSettled() {
    settling--;
    closeIfOver();
    if (kept.hasWorn() && !isDraining) {
      // The one that was tried may be through.
      round();
    }
  }

  Instant now() {
    return queue.environment().clock().instant();
  }

  @Override
  public CompletionStage<Void> drain() {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    boolean isTaken =
        loop.offer(
            () -> {
              stop();
              drained.complete(null);
            });
    return isTaken ? drained : CompletableFuture.completedStage(null);
  }

  private void stop() {
    isDraining = true;
    credit = 0;
    intake.ifPresent(Intake::pause);
    giveBack(kept.all());
    linger.cancel();
  }

  @Override
  public void close() {
    if (loop.isHere()) {
      end();
      return;
    }
    if (!loop.offer(this::end)) {
      return;
    }
    try {
      closed.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      // The channel's end gives back what this could not.
      loop.execute(() -> leaving.ifPresent(Intake::close));
    }
  }

  private void end() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    stop();
    giveBack(leases.all());
    nextDue.cancel();
    nextEnd.cancel();
    queue.forget(this);
    closeIfOver();
  }

  // What is being settled keeps the channel until it is.
  private void closeIfOver() {
    if (!isClosed || settling > 0) {
      return;
    }
    CompletionStage<Boolean> given =
        intake.map(Intake::taken).orElse(CompletableFuture.completedStage(true));
    leaving = intake;
    intake = Optional.empty();
    given.whenComplete(
        (taken, failure) -> {
          leaving.ifPresent(Intake::close);
          closed.complete(null);
        });
  }
}
