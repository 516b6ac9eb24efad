// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One delivery from its call to its outcome: gets a connection, signs, sends, and is ended by its
 * deadline if nothing else ends it.
 *
 * <p>A connection that was kept open may be closed by the receiver just as it is used again. When
 * such a one breaks before the head of an answer, the request is sent once more on a fresh
 * connection; the id lets the receiver tell a repeat, as after any lost answer.
 */
final class Delivery implements ConnectionWaiter, Exchange.Listener {
  /** What all deliveries of a client share. */
  record Shared(Vertx vertx, ConnectionPool pool, Clock clock, WebhookLimits limits) {}

  private enum Phase {
    WAITING,
    SENDING,
    ENDED
  }

  private static final long NO_TIMER = -1;

  private final Shared shared;
  private final Destination destination;
  private final RequestHead request;
  private final long budgetMillis;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private final AtomicBoolean armed = new AtomicBoolean();
  private volatile boolean offered;
  private volatile long deadlineTimer = NO_TIMER;

  // Guarded by this, because the deadline fires on another thread than the connection's.
  private Phase phase = Phase.WAITING;
  private @Nullable Connection connection; // Present while sending.
  private @Nullable Exchange exchange; // Present while sending.

  // Only touched on the connection's event loop.
  private long firstByteTimer = NO_TIMER;
  private boolean isAnswered; // The head of the present exchange's answer is here.
  private boolean repeated;
  private @Nullable Outcome verdict; // Absent until the exchange has told it.

  Delivery(Shared shared, Destination destination, RequestHead request, long budgetMillis) {
    this.shared = shared;
    this.destination = destination;
    this.request = request;
    this.budgetMillis = budgetMillis;
  }

  /** Starts; the result is never completed exceptionally. */
  CompletableFuture<Outcome> start() {
    shared.pool().acquire(this, false);
    if (!offered) {
      arm();
    }
    return outcome;
  }

  @Override
  public Destination destination() {
    return destination;
  }

  @Override
  public void connected(Connection found) {
    offered = true;
    found.context().runOnContext(v -> send(found));
  }

  @Override
  public void failed(Throwable cause) {
    synchronized (this) {
      phase = Phase.ENDED;
    }
    if (!outcome.isDone()) {
      outcome.complete(new Outcome.Failed(Failures.connecting(destination.url(), cause)));
    }
    shared.vertx().cancelTimer(deadlineTimer);
  }

  @Override
  public void head(int status, boolean isWhole) {
    isAnswered = true;
    if (status >= 200 && status < 300) {
      Outcome delivered = new Outcome.Delivered(status);
      verdict = delivered;
      if (!isWhole) {
        // Mostly the body is already here: then the connection is free again before anybody hears
        // of the outcome.
        shared.vertx().runOnContext(v -> outcome.complete(delivered));
      }
    }
  }

  @Override
  public void rejected(int status, @Nullable String retryAfter, String excerpt) {
    Instant now = shared.clock().instant();
    Duration longest = shared.limits().retryAfterMax();
    Optional<Duration> wait =
        Optional.ofNullable(retryAfter).flatMap(value -> RetryAfter.parse(value, now, longest));
    verdict = new Outcome.Failed(DeliveryException.ofStatus(status, wait, excerpt));
  }

  @Override
  public void broken(Throwable cause) {
    if (cause instanceof TimeoutException) {
      verdict = failure(FailureKind.TIMEOUT, "the receiver did not answer in time");
    } else if (shared.pool().isClosed()) {
      verdict = failure(FailureKind.CLOSED, ClientClosedException.TEXT);
    } else if (isStale(cause)) {
      repeated = true;
    } else {
      verdict = new Outcome.Failed(Failures.exchanging(destination.url(), cause));
    }
  }

  @Override
  public void over(boolean reusable) {
    Outcome known = verdict;
    Connection used;
    synchronized (this) {
      used = connection;
      connection = null;
      exchange = null;
      phase = known == null ? Phase.WAITING : Phase.ENDED;
    }
    if (firstByteTimer != NO_TIMER) {
      shared.vertx().cancelTimer(firstByteTimer);
      firstByteTimer = NO_TIMER;
    }
    if (used != null) {
      shared.pool().release(destination, used, reusable);
    }
    if (known == null) {
      shared.pool().acquire(this, true);
    } else {
      shared.vertx().cancelTimer(deadlineTimer);
      outcome.complete(known);
    }
  }

  private void send(Connection found) {
    Exchange started = new Exchange(found, this);
    boolean late;
    synchronized (this) {
      late = phase == Phase.ENDED;
      if (!late) {
        phase = Phase.SENDING;
        connection = found;
        exchange = started;
      }
    }
    if (late) {
      shared.pool().release(destination, found, true);
      return;
    }
    armForFirstByte(started);
    started.start(
        destination.url(), request.signed(shared.clock().instant()), Buffer.buffer(request.body()));
  }

  private void arm() {
    if (armed.compareAndSet(false, true) && !outcome.isDone()) {
      deadlineTimer = shared.vertx().setTimer(budgetMillis, timer -> deadline());
    }
  }

  /**
   * One timer serves both limits of a delivery that waited for no connection: first that of the
   * answer's head, then what is left until the deadline.
   */
  private void armForFirstByte(Exchange started) {
    long firstByteMillis = shared.limits().firstByte().toMillis();
    isAnswered = false;
    if (firstByteMillis >= budgetMillis) {
      arm();
    } else if (armed.compareAndSet(false, true)) {
      deadlineTimer =
          shared
              .vertx()
              .setTimer(
                  firstByteMillis,
                  timer -> {
                    deadlineTimer =
                        shared.vertx().setTimer(budgetMillis - firstByteMillis, rest -> deadline());
                    firstByteOver(started);
                  });
    } else {
      firstByteTimer = shared.vertx().setTimer(firstByteMillis, timer -> firstByteOver(started));
    }
  }

  private void firstByteOver(Exchange waiting) {
    boolean isCurrent;
    synchronized (this) {
      isCurrent = exchange == waiting;
    }
    if (isCurrent && !isAnswered) {
      waiting.abort(timeout("first byte"));
    }
  }

  private void deadline() {
    Connection used;
    Exchange running;
    synchronized (this) {
      if (phase == Phase.ENDED) {
        return;
      }
      used = connection;
      running = exchange;
      if (phase == Phase.WAITING) {
        phase = Phase.ENDED;
      }
    }
    if (used != null && running != null) {
      used.context().runOnContext(v -> abort(running));
    } else if (shared.pool().abandon(this)) {
      outcome.complete(
          failure(FailureKind.OVERLOADED, "too many deliveries to this receiver were under way"));
    } else {
      outcome.complete(failure(FailureKind.TIMEOUT, "no connection to the receiver in time"));
    }
  }

  private void abort(Exchange running) {
    boolean current;
    synchronized (this) {
      current = exchange == running;
    }
    if (current) {
      running.abort(timeout("whole"));
    } else {
      // It broke meanwhile and is being repeated, or has ended.
      deadline();
    }
  }

  private boolean isStale(Throwable cause) {
    Connection used;
    synchronized (this) {
      used = connection;
    }
    return !repeated && used != null && used.reused && Failures.isDisconnect(cause);
  }

  private static Outcome failure(FailureKind kind, String message) {
    return new Outcome.Failed(new DeliveryException(kind, message));
  }

  private static TimeoutException timeout(String which) {
    return new TimeoutException("deadline of the " + which);
  }
}
