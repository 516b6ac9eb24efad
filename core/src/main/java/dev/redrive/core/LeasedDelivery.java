// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Context;
import dev.redrive.Delivery;
import dev.redrive.Message;
import dev.redrive.Settled;
import dev.redrive.retry.RejectedException;
import dev.redrive.retry.RetryAfterException;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that its consumer settles. The consumer's lease is kept here, by a timer; the
 * transport's own lease below it is renewed for as long as this one lasts.
 */
final class LeasedDelivery<T> implements Delivery<T> {
  private static final int ANY = 0;
  private static final String RAN_OUT = "the lease ran out before the consumer settled the message";

  private final Handed handed;
  private final Message<T> message;
  private final Context context;
  private final Settler settler;
  private final Environment environment;
  private final Consumer<LeasedDelivery<T>> settled;
  // As Timers.nanoTime.
  private final long began;
  private final Object lock = new Object();
  // Guarded by the lock.
  private Instant leaseEnd;
  private Timers.@Nullable Timer timer;
  // Goes up with each lease; what an older one's timer says does not count.
  private int leases;
  private boolean isOver;
  private boolean endsWithDeadline;

  LeasedDelivery(
      Handed handed,
      Message<T> message,
      Context context,
      Settler settler,
      Environment environment,
      Consumer<LeasedDelivery<T>> settled) {
    this.handed = handed;
    this.message = message;
    this.context = context;
    this.settler = settler;
    this.environment = environment;
    this.settled = settled;
    this.began = environment.timers().nanoTime();
    this.leaseEnd = environment.clock().instant();
  }

  @Override
  public Message<T> message() {
    return message;
  }

  @Override
  public Context context() {
    return context;
  }

  @Override
  public Instant leaseEnd() {
    synchronized (lock) {
      return leaseEnd;
    }
  }

  @Override
  public CompletionStage<Settled> ack() {
    return settle(() -> settler.succeeded(handed, took()));
  }

  @Override
  public CompletionStage<Settled> fail(Throwable cause) {
    return settle(() -> settler.failed(handed, cause, took()));
  }

  @Override
  public CompletionStage<Settled> retry(Duration after, String why) {
    return fail(new RetryAfterException(after, why));
  }

  @Override
  public CompletionStage<Settled> dead(String why) {
    return fail(new RejectedException(why));
  }

  @Override
  public CompletionStage<Settled> release() {
    return settle(() -> settler.release(handed, "the consumer gave it back"));
  }

  @Override
  public CompletionStage<Settled> extend(Duration by) {
    if (by.isNegative() || by.isZero()) {
      throw new IllegalArgumentException("the lease must be extended by a positive time");
    }
    return CompletableFuture.completedFuture(leaseFor(by) ? Settled.DONE : Settled.STALE);
  }

  /** Lets the lease end this much time from now, or with the deadline. False if it has ended. */
  boolean leaseFor(Duration time) {
    Instant now = environment.clock().instant();
    Instant end = Times.after(now, time);
    Optional<Instant> deadline = handed.deadline().filter(each -> !each.isAfter(end));
    synchronized (lock) {
      if (isOver) {
        return false;
      }
      leaseEnd = deadline.orElse(end);
      endsWithDeadline = deadline.isPresent();
      cancelTimer();
      int lease = ++leases;
      Duration lasts = deadline.map(each -> left(now, each)).orElse(time);
      timer = environment.timers().after(lasts, () -> expire(lease));
    }
    settler.keep(handed, time);
    return true;
  }

  private static Duration left(Instant now, Instant deadline) {
    return now.isBefore(deadline) ? Duration.between(now, deadline) : Duration.ZERO;
  }

  private void expire(int lease) {
    // If not, the lease was moved while this was about to run.
    if (endIf(lease)) {
      settleNow(
          () ->
              hasExpired()
                  ? settler.expired(handed, true)
                  : settler.failed(handed, new TimeoutException(RAN_OUT), took()));
    }
  }

  private boolean hasExpired() {
    synchronized (lock) {
      return endsWithDeadline;
    }
  }

  private CompletionStage<Settled> settle(Supplier<CompletionStage<Settled>> settlement) {
    return endIf(ANY) ? settleNow(settlement) : CompletableFuture.completedFuture(Settled.STALE);
  }

  /** Ends the lease if it has not ended and is this one: looking and ending are one step. */
  private boolean endIf(int lease) {
    synchronized (lock) {
      if (isOver || (lease != ANY && lease != leases)) {
        return false;
      }
      isOver = true;
      cancelTimer();
      return true;
    }
  }

  private CompletionStage<Settled> settleNow(Supplier<CompletionStage<Settled>> settlement) {
    try {
      settled.accept(this);
      return handed.claim() ? settlement.get() : CompletableFuture.completedFuture(Settled.STALE);
    } catch (Throwable failure) {
      handed.letGo();
      throw failure;
    }
  }

  // Guarded by the lock.
  private void cancelTimer() {
    Timers.Timer pending = timer;
    if (pending != null) {
      pending.cancel();
    }
  }

  private Duration took() {
    return Duration.ofNanos(environment.timers().nanoTime() - began);
  }
}
